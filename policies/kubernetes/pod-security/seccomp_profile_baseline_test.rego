package kubernetes.pod_security.seccomp_profile_baseline_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.seccomp_profile_baseline

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{"pod": {"seccompProfile": {"type": "Unconfined"}}}, `pod must not set securityContext.seccompProfile.type to "Unconfined"`],
		[{"app": {"seccompProfile": {"type": "Unconfined"}}}, `container "app" must not set securityContext.seccompProfile.type to "Unconfined"`],
		[{"pod": {"seccompProfile": {"type": "b"}}, "app": {"seccompProfile": {"type": "a"}}}, `pod and container "app" must not set securityContext.seccompProfile.type to "a", "b"`],
		[{"app": {"seccompProfile": {}}}, `container "app" must not set securityContext.seccompProfile.type to ""`],
		[{"app": {"seccompProfile": {"type": null}}}, `container "app" must not set securityContext.seccompProfile.type to ""`],
		[{"app": {"seccompProfile": "text"}}, `container "app" must not set securityContext.seccompProfile.type to ""`],
	] {
		[value, detail] := case
		{finding.detail | some finding in seccomp_profile_baseline.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		seccomp_profile_baseline.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"pod": null},
		{"pod": "text"},
		{"pod": {"seccompProfile": null}},
		{"app": null},
		{"app": []},
		{"app": {"seccompProfile": null}},
		{"app": {"seccompProfile": {"type": "RuntimeDefault"}}},
		{"pod": {"seccompProfile": {"type": "Localhost"}}},
	] {
		seccomp_profile_baseline.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"pod": {"seccompProfile": {"type": "Unconfined"}}}] {
		seccomp_profile_baseline.deny | seccomp_profile_baseline.warn == set() with input as pod(case)
	}
}

annotated(annotations) := {
	"kind": "Pod",
	"metadata": {"name": "web", "annotations": annotations},
	"spec": {"containers": [{"name": "app"}]},
}

test_annotations if {
	every case in [
		[{"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}, `forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined"`],
		[
			{"container.seccomp.security.alpha.kubernetes.io/app": "a", "seccomp.security.alpha.kubernetes.io/pod": ""},
			`forbidden annotations container.seccomp.security.alpha.kubernetes.io/app="a", seccomp.security.alpha.kubernetes.io/pod=""`,
		],
	] {
		[annotations, detail] := case
		{finding.detail | some finding in seccomp_profile_baseline.deny} == {detail} with input as annotated(annotations)
			with data.kpol.pod_security as {"level": "baseline", "version": "v1.18"}
		seccomp_profile_baseline.deny == set() with input as annotated(annotations)
			with data.kpol.pod_security as {"level": "baseline", "version": "v1.19"}
	}
	every annotations in [
		null,
		"text",
		{},
		{"container.seccomp.security.alpha.kubernetes.io/app": "localhost/x", "seccomp.security.alpha.kubernetes.io/pod": "runtime/default"},
		{"container.seccomp.security.alpha.kubernetes.io/app": "docker/default", "seccomp.security.alpha.kubernetes.io/pod": null},
		{"container.seccomp.security.alpha.kubernetes.io/app2": "unconfined"},
	] {
		seccomp_profile_baseline.deny == set() with input as annotated(annotations)
			with data.kpol.pod_security as {"level": "baseline", "version": "v1.18"}
	}
}
