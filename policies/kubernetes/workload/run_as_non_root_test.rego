package kubernetes.workload.run_as_non_root_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.run_as_non_root

unset := "Pod shop/web: container `app` does not set `runAsNonRoot: true`, and neither does its pod"

test_unset_is_denied if {
	every context in [{}, null, {"runAsNonRoot": null}, {"runAsUser": null}] {
		run_as_non_root.deny == {unset} with input as fixtures.secured(context)
	}
	run_as_non_root.deny == {unset} with input as fixtures.pod({"name": "app"})
}

test_false_is_denied if {
	msg := "Pod shop/web: container `app` may run as root"
	run_as_non_root.deny == {msg} with input as fixtures.secured({"runAsNonRoot": false})
}

test_false_on_a_container_overrides_the_pod if {
	run_as_non_root.deny == {"Pod shop/web: container `app` may run as root"} with input as fixtures.pod_with(
		{"securityContext": {"runAsNonRoot": true}},
		{"name": "app", "securityContext": {"runAsNonRoot": false}},
	)
}

test_false_on_the_pod_is_denied if {
	msg := "Pod shop/web: the pod allows its containers to run as root"
	run_as_non_root.deny == {msg} with input as fixtures.pod_with(
		{"securityContext": {"runAsNonRoot": false}},
		{"name": "app"},
	)
}

test_false_on_a_pod_whose_containers_say_true_passes if {
	run_as_non_root.deny == set() with input as fixtures.pod_with(
		{"securityContext": {"runAsNonRoot": false}},
		{"name": "app", "securityContext": {"runAsNonRoot": true}},
	)
}

test_root_is_reported_once if {
	msg := "Pod shop/web: container `app` runs as user 0, which is root"
	every context in [{"runAsUser": 0}, {"runAsUser": 0, "runAsNonRoot": false}] {
		run_as_non_root.deny == {msg} with input as fixtures.secured(context)
	}
	run_as_non_root.deny == {"Pod shop/web: the pod runs as user 0, which is root"} with input as fixtures.pod_with(
		{"securityContext": {"runAsUser": 0, "runAsNonRoot": false}},
		{"name": "app"},
	)
}

test_a_user_passes if {
	every context in [{"runAsUser": 1000}, {"runAsUser": 1000, "runAsNonRoot": false}] {
		run_as_non_root.deny == set() with input as fixtures.secured(context)
		run_as_non_root.deny == set() with input as fixtures.pod_with({"securityContext": context}, {"name": "app"})
	}
}

test_a_user_of_0_that_no_container_inherits_passes if {
	run_as_non_root.deny == set() with input as fixtures.pod_with(
		{"securityContext": {"runAsUser": 0}},
		{"name": "app", "securityContext": {"runAsUser": 1000}},
	)
}

test_administrators_of_windows_are_denied if {
	admin := {"windowsOptions": {"runAsUserName": "ContainerAdministrator"}}
	msg := "Pod shop/web: container `app` runs as `ContainerAdministrator`"
	run_as_non_root.deny == {msg} with input as fixtures.windows(admin)
	run_as_non_root.deny == {"Pod shop/web: the pod runs as `ContainerAdministrator`"} with input as fixtures.pod_with(
		{"os": {"name": "windows"}, "securityContext": admin},
		{"name": "app"},
	)
}

test_users_of_windows_pass if {
	run_as_non_root.deny == set() with input as fixtures.windows({"windowsOptions": {"runAsUserName": "ContainerUser"}})
	run_as_non_root.deny == set() with input as fixtures.windows({"runAsUser": 0, "runAsNonRoot": true})
}

test_user_0_of_a_container_is_denied if {
	msg := "Pod shop/web: container `app` runs as user 0, which is root"
	run_as_non_root.deny == {msg} with input as fixtures.secured({
		"runAsNonRoot": true,
		"runAsUser": 0,
	})
}

test_user_0_of_the_pod_is_denied if {
	msg := "Pod shop/web: the pod runs as user 0, which is root"
	run_as_non_root.deny == {msg} with input as fixtures.pod_with(
		{"securityContext": {"runAsNonRoot": true, "runAsUser": 0}},
		{"name": "app"},
	)
}

test_every_list_of_containers if {
	count(run_as_non_root.deny) == 3 with input as fixtures.three_lists({})
}

test_windows_is_no_excuse if {
	count(run_as_non_root.deny) == 1 with input as fixtures.windows({})
}

test_true_on_the_container_passes if {
	run_as_non_root.deny == set() with input as fixtures.three_lists({
		"runAsNonRoot": true,
		"runAsUser": 1000,
	})
}

test_true_on_the_pod_passes if {
	every context in [{}, null, {"runAsNonRoot": null}] {
		run_as_non_root.deny == set() with input as fixtures.pod_with(
			{"securityContext": {"runAsNonRoot": true}},
			{"name": "app", "securityContext": context},
		)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		run_as_non_root.deny == set() with input as document
	}
}
