package kubernetes.pod_security.restricted_volumes_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.restricted_volumes

pod(volumes) := fixtures.pod_with({"volumes": volumes}, {"name": "app"})

test_findings if {
	every case in [
		[[{"name": "a", "hostPath": {}}], `volume "a" uses restricted volume type "hostPath"`],
		[[{"name": "a", "nfs": {}}, {"name": "b", "hostPath": {}, "nfs": {}}], `volumes "a", "b" use restricted volume types "hostPath", "nfs"`],
		[[{"name": "a", "elsewhere": {}}], `volume "a" uses restricted volume type "unknown"`],
		[[{"rbd": "text"}], `volume "" uses restricted volume type "rbd"`],
	] {
		[value, detail] := case
		{finding.detail | some finding in restricted_volumes.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		restricted_volumes.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
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
		[{"name": "a", "emptyDir": null}],
		[{"name": "a", "configMap": {}}],
		[{"name": "a", "csi": {}}],
		[{"name": "a", "downwardAPI": {}}],
		[{"name": "a", "emptyDir": {}}],
		[{"name": "a", "ephemeral": {}}],
		[{"name": "a", "image": {}}],
		[{"name": "a", "persistentVolumeClaim": {}}],
		[{"name": "a", "projected": {}}],
		[{"name": "a", "secret": {}}],
		[{"name": "a", "emptyDir": {}, "nfs": {}}],
	] {
		restricted_volumes.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [[{"name": "a", "hostPath": {}}]] {
		restricted_volumes.deny | restricted_volumes.warn == set() with input as pod(case)
	}
}
