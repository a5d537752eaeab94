package kubernetes.pod_security.run_as_non_root_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.run_as_non_root

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"pod": null}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"pod": "text"}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"pod": {"runAsNonRoot": null}}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"pod": {"runAsNonRoot": "true"}}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"app": null}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"app": []}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"app": {"runAsNonRoot": null}}, `pod or container "app" must set securityContext.runAsNonRoot=true`],
		[{"pod": {"runAsNonRoot": false}}, `pod must not set securityContext.runAsNonRoot=false`],
		[{"pod": {"runAsNonRoot": true}, "app": {"runAsNonRoot": false}}, `container "app" must not set securityContext.runAsNonRoot=false`],
		[{"pod": {"runAsNonRoot": false}, "app": {"runAsNonRoot": false}}, `pod and container "app" must not set securityContext.runAsNonRoot=false`],
	] {
		[value, detail] := case
		{finding.detail | some finding in run_as_non_root.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		run_as_non_root.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_passes if {
	every value in [
		{"pod": {"runAsNonRoot": true}},
		{"app": {"runAsNonRoot": true}},
		{"pod": {"runAsNonRoot": true}, "app": {"runAsNonRoot": null}},
	] {
		run_as_non_root.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{}] {
		run_as_non_root.deny | run_as_non_root.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in run_as_non_root.deny} == {`pod or containers "setup", "app", "debug" must set securityContext.runAsNonRoot=true`} with input as fixtures.three_lists({})
		with data.kpol.pod_security as fixtures.restricted
}

test_user_namespaces if {
	run_as_non_root.deny == set() with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.35"}
	every fields in [{}, {"hostUsers": true}, {"hostUsers": null}, {"hostUsers": "no"}] {
		count(run_as_non_root.deny) == 1 with input as fixtures.pod_with(fields, {"name": "app", "securityContext": {}})
			with data.kpol.pod_security as {"level": "restricted", "version": "v1.35"}
	}
	count(run_as_non_root.deny) == 1 with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {}})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.34"}
}
