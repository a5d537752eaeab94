package kubernetes.lib.capability_test

import data.kubernetes.lib.capability

test_dangerous if {
	every name in ["SYS_ADMIN", "CAP_SYS_ADMIN", "sys_admin", "ALL"] {
		capability.dangerous(name)
	}
}

test_others if {
	every name in ["KILL", "CHOWN", "NET_BIND_SERVICE", "", null, 7] {
		not capability.dangerous(name)
	}
}
