package kubernetes.pod_security.seccomp_profile_restricted_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.seccomp_profile_restricted

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"pod": null}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"pod": "text"}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"pod": {"seccompProfile": null}}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"app": null}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"app": []}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"app": {"seccompProfile": null}}, `pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`],
		[{"pod": {"seccompProfile": {"type": "Unconfined"}}}, `pod must not set securityContext.seccompProfile.type to "Unconfined"`],
		[{"pod": {"seccompProfile": {"type": "RuntimeDefault"}}, "app": {"seccompProfile": {"type": "Unconfined"}}}, `container "app" must not set securityContext.seccompProfile.type to "Unconfined"`],
		[{"app": {"seccompProfile": {}}}, `container "app" must not set securityContext.seccompProfile.type to ""`],
	] {
		[value, detail] := case
		{finding.detail | some finding in seccomp_profile_restricted.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		seccomp_profile_restricted.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_passes if {
	every value in [
		{"pod": {"seccompProfile": {"type": "RuntimeDefault"}}},
		{"app": {"seccompProfile": {"type": "Localhost"}}},
	] {
		seccomp_profile_restricted.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{}] {
		seccomp_profile_restricted.deny | seccomp_profile_restricted.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in seccomp_profile_restricted.deny} == {`pod or containers "setup", "app", "debug" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`} with input as fixtures.three_lists({})
		with data.kpol.pod_security as fixtures.restricted
}

test_versions if {
	every version in ["v1.0", "v1.18"] {
		seccomp_profile_restricted.deny == set() with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	every version in ["v1.19", "latest"] {
		count(seccomp_profile_restricted.deny) == 1 with input as pod({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
}

test_windows if {
	every version in ["v1.25", "v1.37", "latest"] {
		seccomp_profile_restricted.deny == set() with input as fixtures.windows({})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	count(seccomp_profile_restricted.deny) == 1 with input as fixtures.windows({})
		with data.kpol.pod_security as {"level": "restricted", "version": "v1.24"}
}
