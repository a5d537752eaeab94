package kubernetes.workload.root_group_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.root_group

pod(context) := fixtures.pod_with({"securityContext": context}, {"name": "app"})

test_group_0_is_a_warning if {
	msg := "Pod shop/web: container `app` runs as group 0, that of root"
	root_group.warn == {msg} with input as fixtures.secured({"runAsGroup": 0})
	root_group.warn == {"Pod shop/web: the pod runs as group 0, that of root"} with input as pod({"runAsGroup": 0})
}

test_groups_of_volumes_are_a_warning if {
	msg := "Pod shop/web: the volumes of the pod belong to group 0, that of root"
	root_group.warn == {msg} with input as pod({"fsGroup": 0})
}

test_further_groups_are_a_warning if {
	msg := "Pod shop/web: the pod is in group 0, that of root, too"
	root_group.warn == {msg} with input as pod({"supplementalGroups": [1000, 0]})
}

test_root_itself_is_reported_elsewhere if {
	root_group.warn == set() with input as fixtures.secured({"runAsUser": 0, "runAsGroup": 0})
	root_group.warn == set() with input as pod({"runAsUser": 0, "runAsGroup": 0})
	root_group.warn == set() with input as fixtures.pod_with(
		{"securityContext": {"runAsUser": 0}},
		{"name": "app", "securityContext": {"runAsGroup": 0}},
	)
}

test_a_container_with_a_group_of_its_own_passes if {
	root_group.warn == set() with input as fixtures.pod_with(
		{"securityContext": {"runAsGroup": 0}},
		{"name": "app", "securityContext": {"runAsGroup": 1000}},
	)
}

test_others_pass if {
	every context in [
		{"runAsGroup": 1000, "fsGroup": 1000, "supplementalGroups": [1000]},
		{"runAsGroup": null, "fsGroup": null, "supplementalGroups": null},
		{"runAsGroup": "0", "fsGroup": "0", "supplementalGroups": ["0"]},
		{},
		null,
	] {
		root_group.warn == set() with input as pod(context)
		root_group.warn == set() with input as fixtures.secured(context)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		root_group.warn == set() with input as document
	}
}
