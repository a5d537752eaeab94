package kubernetes.pod_security.app_armor_profile_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.app_armor_profile

pod(case) := {
	"kind": "Pod",
	"metadata": {"name": "web", "annotations": object.get(case, "annotations", {})},
	"spec": {
		"securityContext": object.get(case, "pod", {}),
		"containers": [{"name": "app", "securityContext": object.get(case, "app", {})}],
	},
}

test_findings if {
	every case in [
		[{"pod": {"appArmorProfile": {"type": "Unconfined"}}}, `pod must not set AppArmor profile type to "Unconfined"`],
		[{"app": {"appArmorProfile": {"type": "Unconfined"}}}, `container "app" must not set AppArmor profile type to "Unconfined"`],
		[{"app": {"appArmorProfile": {}}}, `container "app" must not set AppArmor profile type to ""`],
		[{"app": {"appArmorProfile": {"type": null}}}, `container "app" must not set AppArmor profile type to ""`],
		[{"app": {"appArmorProfile": "text"}}, `container "app" must not set AppArmor profile type to ""`],
		[{"app": {"appArmorProfile": {"type": 7}}}, `container "app" must not set AppArmor profile type to "7"`],
		[{"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}}, `annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/app="unconfined""`],
		[
			{
				"pod": {"appArmorProfile": {"type": "b"}},
				"app": {"appArmorProfile": {"type": "a"}},
				"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "y", "container.apparmor.security.beta.kubernetes.io/app2": "x"},
			},
			`pod and container "app" and annotations must not set AppArmor profile type to "a", "b", "container.apparmor.security.beta.kubernetes.io/app2="x"", "container.apparmor.security.beta.kubernetes.io/app="y""`,
		],
	] {
		[value, detail] := case
		{finding.detail | some finding in app_armor_profile.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		app_armor_profile.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"pod": null},
		{"pod": "text"},
		{"pod": {"appArmorProfile": null}},
		{"app": null},
		{"app": []},
		{"app": {"appArmorProfile": null}},
		{"app": {"appArmorProfile": {"type": "RuntimeDefault"}}},
		{"pod": {"appArmorProfile": {"type": "Localhost"}}},
		{"annotations": null},
		{"annotations": "text"},
		{"annotations": {"container.apparmor.security.beta.kubernetes.io/app": ""}},
		{"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "runtime/default"}},
		{"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "localhost/x"}},
		{"annotations": {"container.apparmor.security.beta.kubernetes.io/app": null}},
		{"annotations": {"example.com/app": "unconfined"}},
	] {
		app_armor_profile.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"pod": {"appArmorProfile": {"type": "Unconfined"}}}] {
		app_armor_profile.deny | app_armor_profile.warn == set() with input as pod(case)
	}
}
