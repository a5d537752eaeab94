package kubernetes.pod_security.allow_privilege_escalation_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.allow_privilege_escalation

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[{}, `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		[null, `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		["text", `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		[[], `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		[{"allowPrivilegeEscalation": true}, `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		[{"allowPrivilegeEscalation": null}, `container "app" must set securityContext.allowPrivilegeEscalation=false`],
		[{"allowPrivilegeEscalation": "false"}, `container "app" must set securityContext.allowPrivilegeEscalation=false`],
	] {
		[value, detail] := case
		{finding.detail | some finding in allow_privilege_escalation.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		allow_privilege_escalation.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_passes if {
	every value in [
		{"allowPrivilegeEscalation": false},
	] {
		allow_privilege_escalation.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{}] {
		allow_privilege_escalation.deny | allow_privilege_escalation.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in allow_privilege_escalation.deny} == {`containers "setup", "app", "debug" must set securityContext.allowPrivilegeEscalation=false`} with input as fixtures.three_lists({})
		with data.kpol.pod_security as fixtures.restricted
}

test_versions if {
	every version in ["v1.0", "v1.7"] {
		allow_privilege_escalation.deny == set() with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	every version in ["v1.8", "v1.37", "latest", "v1.99"] {
		count(allow_privilege_escalation.deny) == 1 with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
}

test_windows if {
	every version in ["v1.25", "v1.37", "latest"] {
		allow_privilege_escalation.deny == set() with input as fixtures.windows({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	count(allow_privilege_escalation.deny) == 1 with input as fixtures.windows({})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.24"}
}
