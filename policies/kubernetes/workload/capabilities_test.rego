package kubernetes.workload.capabilities_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.capabilities

not_dropped := "Pod shop/web: container `app` does not drop the capability `ALL`"

test_not_dropped_is_denied if {
	every context in [
		{},
		null,
		{"capabilities": null},
		{"capabilities": {}},
		{"capabilities": {"drop": null}},
		{"capabilities": {"drop": []}},
		{"capabilities": {"drop": ["NET_RAW"]}},
	] {
		capabilities.deny == {not_dropped} with input as fixtures.secured(context)
	}
	capabilities.deny == {not_dropped} with input as fixtures.pod({"name": "app"})
}

test_added_is_denied if {
	capabilities.deny == {
		"Pod shop/web: container `app` adds the capability `KILL`",
		"Pod shop/web: container `app` adds the capability `MKNOD`",
	} with input as fixtures.secured({"capabilities": {
		"add": ["KILL", "NET_BIND_SERVICE", "MKNOD", "SYS_ADMIN"],
		"drop": ["ALL"],
	}})
}

test_every_list_of_containers if {
	count(capabilities.deny) == 6 with input as fixtures.three_lists({"capabilities": {
		"add": ["KILL"],
	}})
}

test_dropped_passes if {
	every names in [null, [], ["NET_BIND_SERVICE"]] {
		capabilities.deny == set() with input as fixtures.three_lists({"capabilities": {
			"add": names,
			"drop": ["ALL"],
		}})
	}
	capabilities.deny == set() with input as fixtures.secured({"capabilities": {"drop": ["all"]}})
}

test_windows_passes if {
	every context in [{}, null, {"capabilities": {"add": ["NET_ADMIN"]}}] {
		capabilities.deny == set() with input as fixtures.windows(context)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		capabilities.deny == set() with input as document
	}
}

# It can in any case what the setting would keep from it.
test_a_privileged_container_is_reported_as_that if {
	capabilities.deny == set() with input as fixtures.secured({"privileged": true})
}
