package kubernetes.pod_security.capabilities_restricted_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.capabilities_restricted

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[null, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		["text", `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[[], `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[7, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": null}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": "text"}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": {"drop": null}}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": {"drop": "ALL"}}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": {"drop": ["NET_RAW", "all"]}}, `container "app" must set securityContext.capabilities.drop=["ALL"]`],
		[{"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "CHOWN"]}}, `container "app" must not include "CHOWN" in securityContext.capabilities.add`],
		[{"capabilities": {"add": ["B", "A"]}}, `container "app" must set securityContext.capabilities.drop=["ALL"]; container "app" must not include "A", "B" in securityContext.capabilities.add`],
	] {
		[value, detail] := case
		{finding.detail | some finding in capabilities_restricted.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		capabilities_restricted.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_passes if {
	every value in [
		{"capabilities": {"drop": ["ALL"]}},
		{"capabilities": {"drop": ["X", "ALL"], "add": ["NET_BIND_SERVICE"]}},
		{"capabilities": {"drop": ["ALL"], "add": null}},
	] {
		capabilities_restricted.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [null] {
		capabilities_restricted.deny | capabilities_restricted.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in capabilities_restricted.deny} == {`containers "setup", "app", "debug" must set securityContext.capabilities.drop=["ALL"]`} with input as fixtures.three_lists({})
		with data.kpol.pod_security as fixtures.restricted
}

test_versions if {
	every version in ["v1.0", "v1.21"] {
		capabilities_restricted.deny == set() with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	every version in ["v1.22", "latest"] {
		count(capabilities_restricted.deny) == 1 with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
}

test_windows if {
	every version in ["v1.25", "v1.37", "latest"] {
		capabilities_restricted.deny == set() with input as fixtures.windows({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	count(capabilities_restricted.deny) == 1 with input as fixtures.windows({})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.24"}
}
