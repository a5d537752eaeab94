package kubernetes.pod_security.proc_mount_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.proc_mount

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[{"procMount": "Unmasked"}, `container "app" must not set securityContext.procMount to "Unmasked"`],
		[{"procMount": ""}, `container "app" must not set securityContext.procMount to ""`],
		[{"procMount": 7}, `container "app" must not set securityContext.procMount to "7"`],
	] {
		[value, detail] := case
		{finding.detail | some finding in proc_mount.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		proc_mount.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		{},
		"text",
		[],
		7,
		{"procMount": "Default"},
		{"procMount": null},
	] {
		proc_mount.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"procMount": "Unmasked"}] {
		proc_mount.deny | proc_mount.warn == set() with input as pod(case)
	}
}

test_containers_in_order if {
	{finding.detail | some finding in proc_mount.deny} == {`containers "setup", "app", "debug" must not set securityContext.procMount to "Unmasked"`} with input as fixtures.three_lists({"procMount": "Unmasked"})
		with data.kpol.pod_security as fixtures.baseline
}

test_user_namespaces if {
	proc_mount.deny == set() with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {"procMount": "Unmasked"}})
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.35"}
	every fields in [{}, {"hostUsers": true}, {"hostUsers": null}, {"hostUsers": "no"}] {
		count(proc_mount.deny) == 1 with input as fixtures.pod_with(fields, {"name": "app", "securityContext": {"procMount": "Unmasked"}})
			with data.kpol.pod_security as {"level": "baseline", "version": "v1.35"}
	}
	count(proc_mount.deny) == 1 with input as fixtures.pod_with({"hostUsers": false}, {"name": "app", "securityContext": {"procMount": "Unmasked"}})
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.34"}
}
