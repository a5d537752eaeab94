package kubernetes.pod_security.host_path_volumes_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.host_path_volumes

pod(volumes) := fixtures.pod_with({"volumes": volumes}, {"name": "app"})

test_findings if {
	every case in [
		[[{"name": "a", "hostPath": {"path": "/"}}], `volume "a"`],
		[[{"name": "a", "hostPath": {}}, {"name": "b"}, {"hostPath": {}}], `volumes "a", ""`],
		[[{"name": null, "hostPath": "/"}], `volume ""`],
	] {
		[value, detail] := case
		{finding.detail | some finding in host_path_volumes.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		host_path_volumes.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		[],
		"text",
		{},
		[null],
		["text"],
		[{"name": "a"}],
		[{"name": "a", "hostPath": null}],
	] {
		host_path_volumes.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [[{"name": "a", "hostPath": {"path": "/"}}]] {
		host_path_volumes.deny | host_path_volumes.warn == set() with input as pod(case)
	}
}

test_overridden_at_restricted if {
	host_path_volumes.deny == set() with input as pod([{"name": "a", "hostPath": {}}])
		with data.kpol.pod_security as fixtures.restricted
}
