package kubernetes.pod_security.capabilities_baseline_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.capabilities_baseline

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[{"capabilities": {"add": ["SYS_ADMIN", "CHOWN", "NET_RAW"]}}, `container "app" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add`],
		[{"capabilities": {"add": ["chown"]}}, `container "app" must not include "chown" in securityContext.capabilities.add`],
		[{"capabilities": {"add": [null]}}, `container "app" must not include "" in securityContext.capabilities.add`],
		[{"capabilities": {"add": [7]}}, `container "app" must not include "7" in securityContext.capabilities.add`],
	] {
		[value, detail] := case
		{finding.detail | some finding in capabilities_baseline.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		capabilities_baseline.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		{},
		"text",
		[],
		7,
		{"capabilities": null},
		{"capabilities": "text"},
		{"capabilities": {}},
		{"capabilities": {"add": null}},
		{"capabilities": {"add": "SYS_ADMIN"}},
		{"capabilities": {"add": []}},
		{"capabilities": {"add": ["CHOWN", "SETUID"]}},
	] {
		capabilities_baseline.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"capabilities": {"add": ["SYS_ADMIN", "CHOWN", "NET_RAW"]}}] {
		capabilities_baseline.deny | capabilities_baseline.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in capabilities_baseline.deny} == {`containers "setup", "app", "debug" must not include "SYS_ADMIN" in securityContext.capabilities.add`} with input as fixtures.three_lists({"capabilities": {"add": ["SYS_ADMIN"]}})
		with data.kpol.pod_security as fixtures.baseline
}

test_overridden_at_restricted if {
	capabilities_baseline.deny == set() with input as pod({"capabilities": {"add": ["SYS_ADMIN"]}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.22"}
	count(capabilities_baseline.deny) == 1 with input as pod({"capabilities": {"add": ["SYS_ADMIN"]}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.21"}
}
