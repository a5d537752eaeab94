package kubernetes.pod_security.proc_mount_restricted_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.proc_mount_restricted

pod(context) := fixtures.secured(context)

test_findings if {
	every case in [
		[{"procMount": "Unmasked"}, `container "app" must not set securityContext.procMount to "Unmasked"`],
	] {
		[value, detail] := case
		{finding.detail | some finding in proc_mount_restricted.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.restricted
		proc_mount_restricted.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
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
		proc_mount_restricted.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.restricted
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [{"procMount": "Unmasked"}] {
		proc_mount_restricted.deny | proc_mount_restricted.warn == set() with input as pod(case)
	}
}

test_versions if {
	every version in ["v1.0", "v1.34"] {
		proc_mount_restricted.deny == set() with input as pod({"procMount": "Unmasked"})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
	every version in ["v1.35", "latest"] {
		count(proc_mount_restricted.deny) == 1 with input as pod({"procMount": "Unmasked"})
			with data.kpol.pod_security as {"level": "restricted", "version": version}
	}
}

test_user_namespaces if {
	count(proc_mount_restricted.deny) == 1 with input as fixtures.pod_with(
		{"hostUsers": false},
		{"name": "app", "securityContext": {"procMount": "Unmasked"}},
	)
		with data.kpol.pod_security as fixtures.restricted
}
