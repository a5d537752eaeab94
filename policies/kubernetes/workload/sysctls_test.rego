package kubernetes.workload.sysctls_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.sysctls

pod(sysctl) := fixtures.pod_with({"securityContext": {"sysctls": [sysctl]}}, {"name": "app"})

test_an_unsafe_one_is_denied if {
	msg := "Pod shop/web: the pod sets the unsafe sysctl `kernel.msgmax`"
	sysctls.deny == {msg} with input as pod({"name": "kernel.msgmax", "value": "1"})
}

test_safe_ones_pass if {
	every name in ["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "net/ipv4/tcp_syncookies"] {
		sysctls.deny == set() with input as pod({"name": name, "value": "1"})
	}
}

test_others_pass if {
	every sysctl in [{"name": null}, {"name": 7}, {}, null] {
		sysctls.deny == set() with input as pod(sysctl)
	}
	sysctls.deny == set() with input as fixtures.pod_with(
		{"os": {"name": "windows"}, "securityContext": {"sysctls": [{"name": "kernel.msgmax"}]}},
		{"name": "app"},
	)
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		sysctls.deny == set() with input as document
	}
}
