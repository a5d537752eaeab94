package kubernetes.workload.privileged_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.privileged

test_privileged_is_denied if {
	privileged.deny == {"Pod shop/web: container `app` is privileged"} with input as fixtures.secured({
		"privileged": true,
	})
}

test_every_list_of_containers if {
	count(privileged.deny) == 3 with input as fixtures.three_lists({"privileged": true})
}

test_windows_is_no_excuse if {
	count(privileged.deny) == 1 with input as fixtures.windows({"privileged": true})
}

test_not_privileged_passes if {
	every context in [{"privileged": false}, {"privileged": null}, {}, null] {
		privileged.deny == set() with input as fixtures.secured(context)
	}
}

test_absent_fields_pass if {
	every pod in [
		fixtures.pod({}),
		{"kind": "Pod", "spec": {"containers": []}},
		{"kind": "Pod", "spec": {}},
		{"kind": "Pod"},
		{},
	] {
		privileged.deny == set() with input as pod
	}
}
