package kubernetes.pod_security.host_probes_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.host_probes

pod(fields) := fixtures.pod(object.union({"name": "app"}, fields))

test_findings if {
	every case in [
		[{"livenessProbe": {"httpGet": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"livenessProbe": {"tcpSocket": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"readinessProbe": {"httpGet": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"readinessProbe": {"tcpSocket": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"startupProbe": {"httpGet": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"startupProbe": {"tcpSocket": {"host": "h"}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"lifecycle": {"postStart": {"httpGet": {"host": "h"}}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"lifecycle": {"postStart": {"tcpSocket": {"host": "h"}}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"lifecycle": {"preStop": {"httpGet": {"host": "h"}}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"lifecycle": {"preStop": {"tcpSocket": {"host": "h"}}}}, `container "app" uses probe or lifecycle host "h"`],
		[{"livenessProbe": {"httpGet": {"host": "b"}}, "lifecycle": {"preStop": {"tcpSocket": {"host": "a"}}}}, `container "app" uses probe or lifecycle hosts "a", "b"`],
	] {
		[value, detail] := case
		{finding.detail | some finding in host_probes.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		host_probes.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"livenessProbe": null},
		{"livenessProbe": "text"},
		{"livenessProbe": {"httpGet": null}},
		{"livenessProbe": {"httpGet": "text"}},
		{"livenessProbe": {"httpGet": {"host": null}}},
		{"livenessProbe": {"httpGet": {"host": ""}}},
		{"livenessProbe": {"httpGet": {"port": 80}}},
		{"lifecycle": null},
		{"lifecycle": "text"},
		{"lifecycle": {"preStop": null}},
		{"lifecycle": {"preStop": {"exec": {"command": ["true"]}}}},
	] {
		host_probes.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"livenessProbe": {"httpGet": {"host": "h"}}}] {
		host_probes.deny | host_probes.warn == set() with input as pod(case)
	}
}

test_versions if {
	every version in ["v1.0", "v1.33"] {
		host_probes.deny == set() with input as pod({"livenessProbe": {"httpGet": {"host": "h"}}})
			with data.kpol.pod_security as {"level": "baseline", "version": version}
	}
	every version in ["v1.34", "latest"] {
		count(host_probes.deny) == 1 with input as pod({"livenessProbe": {"httpGet": {"host": "h"}}})
			with data.kpol.pod_security as {"level": "baseline", "version": version}
	}
}
