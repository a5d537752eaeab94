package kubernetes.workload.host_namespaces_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.host_namespaces

test_each_namespace_is_denied if {
	every field, word in {"hostNetwork": "network", "hostPID": "PID", "hostIPC": "IPC"} {
		msg := sprintf("Pod shop/web: the pod uses the %s namespace of its node", [word])
		host_namespaces.deny == {msg} with input as fixtures.pod_with({field: true}, {"name": "app"})
	}
}

test_all_at_once if {
	fields := {"hostNetwork": true, "hostPID": true, "hostIPC": true}
	count(host_namespaces.deny) == 3 with input as fixtures.pod_with(fields, {"name": "app"})
}

test_templates if {
	count(host_namespaces.deny) == 1 with input as {
		"kind": "CronJob",
		"spec": {"jobTemplate": {"spec": {"template": {"spec": {"hostPID": true}}}}},
	}
}

test_own_namespaces_pass if {
	every value in [false, null] {
		fields := {"hostNetwork": value, "hostPID": value, "hostIPC": value}
		host_namespaces.deny == set() with input as fixtures.pod_with(fields, {"name": "app"})
	}
}

test_absent_fields_pass if {
	every document in [fixtures.pod({}), {"kind": "Pod", "spec": null}, {"kind": "Pod"}, {}] {
		host_namespaces.deny == set() with input as document
	}
}
