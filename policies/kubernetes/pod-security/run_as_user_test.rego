package kubernetes.pod_security.run_as_user_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.run_as_user

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{"pod": {"runAsUser": 0}}, `pod must not set runAsUser=0`],
		[{"app": {"runAsUser": 0}}, `container "app" must not set runAsUser=0`],
		[{"pod": {"runAsUser": 0}, "app": {"runAsUser": 0}}, `pod and container "app" must not set runAsUser=0`],
	] {
		[value, detail] := case
		{finding.detail | some finding in run_as_user.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		run_as_user.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_passes if {
	every value in [
		{},
		{"pod": null},
		{"pod": "text"},
		{"app": null},
		{"app": 7},
		{"app": {"runAsUser": null}},
		{"app": {"runAsUser": 1000}},
		{"app": {"runAsUser": "0"}},
	] {
		run_as_user.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"pod": {"runAsUser": 0}}] {
		run_as_user.deny | run_as_user.warn == set() with input as pod(case)
	}
}

test_versions if {
	every version in ["v1.0", "v1.22"] {
		run_as_user.deny == set() with input as pod({"app": {"runAsUser": 0}})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	every version in ["v1.23", "latest"] {
		count(run_as_user.deny) == 1 with input as pod({"app": {"runAsUser": 0}})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
}

test_user_namespaces if {
	run_as_user.deny == set() with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {"runAsUser": 0}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.35"}
	every fields in [{}, {"hostUsers": true}, {"hostUsers": null}, {"hostUsers": "no"}] {
		count(run_as_user.deny) == 1 with input as fixtures.pod_with(fields, {"name": "app", "securityContext": {"runAsUser": 0}})
			with data.kpol.pod_security as {"level": "restricted", "version": "v1.35"}
	}
	count(run_as_user.deny) == 1 with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {"runAsUser": 0}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.34"}
}
