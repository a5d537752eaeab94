package kubernetes.pod_security.host_ports_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.host_ports

pod(ports) := fixtures.pod({"name": "app", "ports": ports})

test_findings if {
	every case in [
		[[{"hostPort": 80}], `container "app" uses hostPort 80`],
		[[{"hostPort": 90}, {"hostPort": 8080}, {"hostPort": 90}], `container "app" uses hostPorts 8080, 90`],
		[[{"hostPort": "80"}], `container "app" uses hostPort 80`],
	] {
		[value, detail] := case
		{finding.detail | some finding in host_ports.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		host_ports.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		[],
		"text",
		{},
		[null],
		["text"],
		[{}],
		[{"hostPort": null}],
		[{"hostPort": 0}],
		[{"containerPort": 80}],
	] {
		host_ports.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [[{"hostPort": 80}]] {
		host_ports.deny | host_ports.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	fields := {"ports": [{"hostPort": 80}]}
	document := {"kind": "Pod", "spec": {
		"containers": [object.union(fields, {"name": "app"})],
		"initContainers": [object.union(fields, {"name": "setup"})],
	}}
	{finding.detail | some finding in host_ports.deny} == {`containers "setup", "app" use hostPort 80`} with input as document
		with data.kpol.pod_security as fixtures.baseline
}
