package kubernetes.workload.selinux_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.selinux

options(value) := {"seLinuxOptions": value}

pod(value) := fixtures.pod_with({"securityContext": options(value)}, {"name": "app"})

test_a_type_is_denied if {
	selinux.deny == {"Pod shop/web: container `app` has the SELinux type `spc_t`"} with input as fixtures.secured(options({"type": "spc_t"}))
	selinux.deny == {"Pod shop/web: the pod has the SELinux type `spc_t`"} with input as pod({"type": "spc_t"})
}

test_a_user_and_a_role_are_denied if {
	value := {"user": "sysadm_u", "role": "sysadm_r", "type": ""}
	selinux.deny == {
		"Pod shop/web: container `app` has the SELinux user `sysadm_u`",
		"Pod shop/web: container `app` has the SELinux role `sysadm_r`",
	} with input as fixtures.secured(options(value))
	selinux.deny == {
		"Pod shop/web: the pod has the SELinux user `sysadm_u`",
		"Pod shop/web: the pod has the SELinux role `sysadm_r`",
	} with input as pod(value)
}

test_others_pass if {
	every value in [
		{"type": "container_t"},
		{"type": "container_init_t", "level": "s0:c1,c2"},
		{"type": null, "user": null, "role": null},
		{"user": "", "role": ""},
		{},
		null,
	] {
		selinux.deny == set() with input as fixtures.secured(options(value))
		selinux.deny == set() with input as pod(value)
	}
	selinux.deny == set() with input as fixtures.windows(options({"type": "spc_t"}))
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		selinux.deny == set() with input as document
	}
}

test_a_setting_that_every_container_overrides_passes if {
	selinux.deny == set() with input as fixtures.pod_with(
		{"securityContext": {"seLinuxOptions": {"type": "spc_t"}}},
		{"name": "app", "securityContext": {"seLinuxOptions": {"type": "container_t"}}},
	)
}
