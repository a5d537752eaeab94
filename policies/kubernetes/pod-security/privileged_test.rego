package kubernetes.pod_security.privileged_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.privileged

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[{"privileged": true}, `container "app" must not set securityContext.privileged=true`],
	] {
		[value, detail] := case
		{finding.detail | some finding in privileged.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		privileged.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		{},
		"text",
		[],
		7,
		{"privileged": false},
		{"privileged": null},
		{"privileged": "true"},
	] {
		privileged.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"privileged": true}] {
		privileged.deny | privileged.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in privileged.deny} == {`containers "setup", "app", "debug" must not set securityContext.privileged=true`} with input as fixtures.three_lists({"privileged": true})
		with data.kpol.pod_security as fixtures.baseline
}
