package kubernetes.pod_security.windows_host_process_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.windows_host_process

pod(case) := fixtures.pod_with(
	{"securityContext": object.get(case, "pod", {})},
	{"name": "app", "securityContext": object.get(case, "app", {})},
)

test_findings if {
	every case in [
		[{"pod": {"windowsOptions": {"hostProcess": true}}}, `pod must not set securityContext.windowsOptions.hostProcess=true`],
		[{"app": {"windowsOptions": {"hostProcess": true}}}, `container "app" must not set securityContext.windowsOptions.hostProcess=true`],
		[{"pod": {"windowsOptions": {"hostProcess": true}}, "app": {"windowsOptions": {"hostProcess": true}}}, `pod and container "app" must not set securityContext.windowsOptions.hostProcess=true`],
	] {
		[value, detail] := case
		{finding.detail | some finding in windows_host_process.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		windows_host_process.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		{},
		{"pod": null},
		{"pod": "text"},
		{"pod": {"windowsOptions": null}},
		{"pod": {"windowsOptions": "text"}},
		{"app": null},
		{"app": {"windowsOptions": {}}},
		{"app": {"windowsOptions": {"hostProcess": null}}},
		{"app": {"windowsOptions": {"hostProcess": false}}},
		{"app": {"windowsOptions": {"hostProcess": "true"}}},
	] {
		windows_host_process.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"pod": {"windowsOptions": {"hostProcess": true}}}] {
		windows_host_process.deny | windows_host_process.warn == set() with input as pod(case)
	}
}
