package kubernetes.workload.dangerous_capabilities_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.dangerous_capabilities

added(names) := {"capabilities": {"add": names}}

test_a_dangerous_one_is_denied if {
	msg := "Pod shop/web: container `app` adds the dangerous capability `SYS_ADMIN`"
	dangerous_capabilities.deny == {msg} with input as fixtures.secured(added(["SYS_ADMIN"]))
	count(dangerous_capabilities.deny) == 3 with input as fixtures.three_lists(added(["SYS_ADMIN"]))
}

test_each_is_denied_once if {
	count(dangerous_capabilities.deny) == 4 with input as fixtures.secured(added([
		"ALL",
		"CAP_SYS_PTRACE",
		"net_raw",
		"BPF",
		"CHOWN",
	]))
}

test_a_privileged_container_has_them_anyway if {
	dangerous_capabilities.deny == set() with input as fixtures.secured(object.union(
		added(["SYS_ADMIN"]),
		{"privileged": true},
	))
}

test_others_pass if {
	every names in [["NET_BIND_SERVICE", "KILL"], [], null, [null, 7], "SYS_ADMIN"] {
		dangerous_capabilities.deny == set() with input as fixtures.secured(added(names))
	}
	dangerous_capabilities.deny == set() with input as fixtures.windows(added(["SYS_ADMIN"]))
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		dangerous_capabilities.deny == set() with input as document
	}
}
