package kubernetes.pod_security.se_linux_options_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.se_linux_options

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{"pod": {"seLinuxOptions": {"type": "x"}}}, `pod set forbidden securityContext.seLinuxOptions: type "x"`],
		[{"app": {"seLinuxOptions": {"user": "u", "role": "r", "type": "y"}}, "pod": {"seLinuxOptions": {"type": "x"}}}, `pod and container "app" set forbidden securityContext.seLinuxOptions: types "x", "y"; user may not be set; role may not be set`],
		[{"app": {"seLinuxOptions": {"role": "r"}}}, `container "app" set forbidden securityContext.seLinuxOptions: role may not be set`],
		[{"app": {"seLinuxOptions": {"type": 7}}}, `container "app" set forbidden securityContext.seLinuxOptions: type "7"`],
	] {
		[value, detail] := case
		{finding.detail | some finding in se_linux_options.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		se_linux_options.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"pod": null},
		{"pod": "text"},
		{"pod": {"seLinuxOptions": null}},
		{"pod": {"seLinuxOptions": "text"}},
		{"app": null},
		{"app": {"seLinuxOptions": null}},
		{"app": {"seLinuxOptions": {}}},
		{"app": {"seLinuxOptions": {"type": null, "user": null, "role": null}}},
		{"app": {"seLinuxOptions": {"type": "", "user": "", "role": ""}}},
		{"app": {"seLinuxOptions": {"level": "s0", "type": "container_t"}}},
	] {
		se_linux_options.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"pod": {"seLinuxOptions": {"type": "x"}}}] {
		se_linux_options.deny | se_linux_options.warn == set() with input as pod(case)
	}
}

test_versions if {
	every version in ["v1.31", "latest"] {
		se_linux_options.deny == set() with input as pod({"app": {"seLinuxOptions": {"type": "container_engine_t"}}})
			with data.kpol.pod_security as {"level": "baseline", "version": version}
	}
	every version in ["v1.0", "v1.30"] {
		count(se_linux_options.deny) == 1 with input as pod({"app": {"seLinuxOptions": {"type": "container_engine_t"}}})
			with data.kpol.pod_security as {"level": "baseline", "version": version}
	}
}
