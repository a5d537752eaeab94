package kubernetes.workload.share_process_namespace_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.share_process_namespace

pod(value) := fixtures.pod_with({"shareProcessNamespace": value}, {"name": "app"})

test_shared_is_a_warning if {
	msg := "Pod shop/web: the containers of the pod see each other's processes"
	share_process_namespace.warn == {msg} with input as pod(true)
}

test_others_pass if {
	every value in [false, null, "true"] {
		share_process_namespace.warn == set() with input as pod(value)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		share_process_namespace.warn == set() with input as document
	}
}
