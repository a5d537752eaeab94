package kubernetes.workload.apparmor_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.apparmor

off := {"appArmorProfile": {"type": "Unconfined"}}

annotated(profile, context) := object.union(fixtures.secured(context), {"metadata": {
	"name": "web",
	"namespace": "shop",
	"annotations": {"container.apparmor.security.beta.kubernetes.io/app": profile},
}})

test_unconfined_is_denied if {
	apparmor.deny == {"Pod shop/web: container `app` turns AppArmor off"} with input as fixtures.secured(off)
	apparmor.deny == {"Pod shop/web: the pod turns AppArmor off"} with input as fixtures.pod_with(
		{"securityContext": off},
		{"name": "app"},
	)
}

test_the_annotation_is_denied if {
	apparmor.deny == {"Pod shop/web: container `app` turns AppArmor off"} with input as annotated("unconfined", {})
}

test_the_annotation_of_a_template_is_denied if {
	template := {
		"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}},
		"spec": {"containers": [{"name": "app"}]},
	}
	every document in [
		{"kind": "Deployment", "spec": {"template": template}},
		{"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}},
		{"kind": "PodTemplate", "template": template},
	] {
		count(apparmor.deny) == 1 with input as document
	}
}

test_a_privileged_container_has_no_profile_anyway if {
	apparmor.deny == set() with input as fixtures.secured(object.union(off, {"privileged": true}))
	apparmor.deny == set() with input as annotated("unconfined", {"privileged": true})
}

test_others_pass if {
	every type in ["RuntimeDefault", "Localhost", null] {
		apparmor.deny == set() with input as fixtures.secured({"appArmorProfile": {"type": type}})
	}
	every profile in ["runtime/default", "localhost/app", null, 7] {
		apparmor.deny == set() with input as annotated(profile, {})
	}
	apparmor.deny == set() with input as annotated("unconfined", {"appArmorProfile": {"type": "RuntimeDefault"}})
	apparmor.deny == set() with input as fixtures.windows(off)
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		apparmor.deny == set() with input as document
	}
}

test_a_setting_that_every_container_overrides_passes if {
	apparmor.deny == set() with input as fixtures.pod_with(
		{"securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
		{"name": "app", "securityContext": {"appArmorProfile": {"type": "RuntimeDefault"}}},
	)
}
