package kubernetes.pod_security.host_namespaces_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.host_namespaces

pod(fields) := fixtures.pod_with(fields, {"name": "app"})

test_findings if {
	every case in [
		[{"hostNetwork": true}, `hostNetwork=true`],
		[{"hostIPC": true, "hostPID": true}, `hostPID=true, hostIPC=true`],
	] {
		[value, detail] := case
		{finding.detail | some finding in host_namespaces.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		host_namespaces.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"hostNetwork": false, "hostPID": null, "hostIPC": "true"},
	] {
		host_namespaces.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"hostNetwork": true}] {
		host_namespaces.deny | host_namespaces.warn == set() with input as pod(case)
	}
}
