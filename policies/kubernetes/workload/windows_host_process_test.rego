package kubernetes.workload.windows_host_process_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.windows_host_process

options(value) := {"windowsOptions": {"hostProcess": value}}

test_a_container_is_denied if {
	msg := "Pod shop/web: container `app` runs on the Windows node itself"
	windows_host_process.deny == {msg} with input as fixtures.windows(options(true))
}

test_a_pod_is_denied_once if {
	msg := "Pod shop/web: the pod runs on the Windows node itself"
	every context in [{}, options(true)] {
		windows_host_process.deny == {msg} with input as fixtures.pod_with(
			{"securityContext": options(true)},
			{"name": "app", "securityContext": context},
		)
	}
}

test_others_pass if {
	every value in [false, null, "true"] {
		windows_host_process.deny == set() with input as fixtures.windows(options(value))
	}
	windows_host_process.deny == set() with input as fixtures.windows({"windowsOptions": null})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		windows_host_process.deny == set() with input as document
	}
}

test_a_setting_that_every_container_overrides_passes if {
	windows_host_process.deny == set() with input as fixtures.pod_with(
		{"securityContext": options(true)},
		{"name": "app", "securityContext": options(false)},
	)
}
