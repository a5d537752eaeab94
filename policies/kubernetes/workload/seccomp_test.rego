package kubernetes.workload.seccomp_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.seccomp

unset := "Pod shop/web: container `app` has no seccomp profile, and neither has its pod"

test_unset_is_denied if {
	every context in [
		{},
		null,
		{"seccompProfile": null},
		{"seccompProfile": {}},
		{"seccompProfile": {"type": null}},
	] {
		unset in seccomp.deny with input as fixtures.secured(context)
	}
	seccomp.deny == {unset} with input as fixtures.pod({"name": "app"})
}

test_unconfined_container_is_denied if {
	msg := "Pod shop/web: container `app` uses the seccomp profile `Unconfined`"
	seccomp.deny == {msg} with input as fixtures.secured({"seccompProfile": {"type": "Unconfined"}})
}

test_unconfined_container_overrides_the_pod if {
	count(seccomp.deny) == 1 with input as fixtures.pod_with(
		{"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}},
		{"name": "app", "securityContext": {"seccompProfile": {"type": "Unconfined"}}},
	)
}

test_unconfined_pod_is_denied if {
	msg := "Pod shop/web: the pod uses the seccomp profile `Unconfined`"
	seccomp.deny == {msg} with input as fixtures.pod_with(
		{"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
		{"name": "app"},
	)
}

test_every_list_of_containers if {
	count(seccomp.deny) == 3 with input as fixtures.three_lists({})
}

test_profiles_pass if {
	every profile in ["RuntimeDefault", "Localhost"] {
		context := {"seccompProfile": {"type": profile}}
		seccomp.deny == set() with input as fixtures.three_lists(context)
		seccomp.deny == set() with input as fixtures.pod_with(
			{"securityContext": context},
			{"name": "app"},
		)
	}
}

test_windows_passes if {
	every context in [{}, null, {"seccompProfile": {"type": "Unconfined"}}] {
		seccomp.deny == set() with input as fixtures.windows(context)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		seccomp.deny == set() with input as document
	}
}

# It can in any case what the setting would keep from it.
test_a_privileged_container_is_reported_as_that if {
	seccomp.deny == set() with input as fixtures.secured({"privileged": true})
}

test_a_setting_that_every_container_overrides_passes if {
	seccomp.deny == set() with input as fixtures.pod_with(
		{"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
		{"name": "app", "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}},
	)
}
