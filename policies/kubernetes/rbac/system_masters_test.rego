package kubernetes.rbac.system_masters_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.system_masters

masters := {"kind": "Group", "name": "system:masters"}

test_bindings_are_denied if {
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		msg := sprintf("%s ops: the role is bound to Group system:masters, which RBAC does not apply to", [kind])
		system_masters.deny == {msg} with input as fixtures.binding(kind, fixtures.cluster_role("edit"), [masters])
	}
}

test_the_binding_of_kubernetes_passes if {
	document := object.union(fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("cluster-admin"), [masters]), {"metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
	system_masters.deny == set() with input as document
}

test_others_pass if {
	system_masters.deny == set() with input as fixtures.binding("RoleBinding", fixtures.cluster_role("edit"), [{"kind": "User", "name": "system:masters"}, {"kind": "Group", "name": "masters"}])
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		system_masters.deny == set() with input as document
	}
}
