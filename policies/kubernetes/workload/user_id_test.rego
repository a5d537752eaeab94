package kubernetes.workload.user_id_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.user_id

test_a_low_user_is_a_warning if {
	msg := "Pod shop/web: container `app` runs as user 1000, whom the node may have too"
	user_id.warn == {msg} with input as fixtures.secured({"runAsUser": 1000})
}

test_a_low_user_of_the_pod_is_a_warning if {
	msg := "Pod shop/web: the pod runs as user 999, whom the node may have too"
	user_id.warn == {msg} with input as fixtures.pod_with({"securityContext": {"runAsUser": 999}}, {"name": "app"})
}

test_a_user_that_no_container_inherits_passes if {
	user_id.warn == set() with input as fixtures.pod_with(
		{"securityContext": {"runAsUser": 999}},
		{"name": "app", "securityContext": {"runAsUser": 10001}},
	)
}

test_others_pass if {
	every user in [10000, 65534, 0, null, "1000", -1] {
		user_id.warn == set() with input as fixtures.secured({"runAsUser": user})
	}
	user_id.warn == set() with input as fixtures.secured({})
	user_id.warn == set() with input as fixtures.windows({"runAsUser": 1000})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		user_id.warn == set() with input as document
	}
}
