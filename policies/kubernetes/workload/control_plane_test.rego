package kubernetes.workload.control_plane_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.control_plane

workload(kind, namespace, toleration) := {
	"kind": kind,
	"metadata": {"name": "web", "namespace": namespace},
	"spec": {"template": {"spec": {"tolerations": [toleration]}}},
}

master := {"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}

test_the_taint_is_a_warning if {
	control_plane.warn == {"Deployment shop/web: the pod tolerates the taint `node-role.kubernetes.io/master`"} with input as workload(
		"Deployment", "shop",
		master,
	)
}

test_every_taint_is_a_warning if {
	msg := "Deployment shop/web: the pod tolerates every taint, that of the control plane too"
	every toleration in [
		{"operator": "Exists"},
		{"operator": "Exists", "key": ""},
		{"operator": "Exists", "key": null, "effect": "NoSchedule"},
	] {
		control_plane.warn == {msg} with input as workload("Deployment", "shop", toleration)
	}
}

test_what_belongs_there_passes if {
	control_plane.warn == set() with input as workload("DaemonSet", "shop", master)
	control_plane.warn == set() with input as workload("Deployment", "kube-system", master)
}

test_others_pass if {
	every toleration in [
		{"key": "dedicated", "operator": "Exists"},
		{"key": "node-role.kubernetes.io/master", "effect": "PreferNoSchedule"},
		{"operator": "Equal"},
		{},
		null,
	] {
		control_plane.warn == set() with input as workload("Deployment", "shop", toleration)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		control_plane.warn == set() with input as document
	}
}
