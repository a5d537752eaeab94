package kubernetes.rbac.anonymous_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.anonymous

subjects := [{"kind": "User", "name": "system:anonymous"}, {"kind": "Group", "name": "system:unauthenticated"}]

test_bindings_are_denied if {
	every subject in subjects {
		msg := sprintf("ClusterRoleBinding ops: whoever reaches the API server has the role `view` in every namespace: %s %s", [subject.kind, subject.name])
		anonymous.deny == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [{"kind": "User", "name": "alice"}, subject])
	}
}

test_role_bindings_are_denied if {
	document := object.union(fixtures.binding("RoleBinding", {"kind": "Role", "name": "reader"}, [subjects[0]]), {"metadata": {"namespace": "shop"}})
	msg := "RoleBinding shop/ops: whoever reaches the API server has the role `reader` in namespace shop: User system:anonymous"
	anonymous.deny == {msg} with input as document
}

test_roles_of_kubernetes_pass if {
	every name in ["system:public-info-viewer", "system:service-account-issuer-discovery", "kubeadm:bootstrap-signer-clusterinfo"] {
		anonymous.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role(name), subjects)
	}
}

test_bindings_of_kubernetes_pass if {
	document := object.union(fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("system:monitoring"), subjects), {"metadata": {"name": "system:x", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
	anonymous.deny == set() with input as document
}

test_others_pass if {
	others := [{"kind": "Group", "name": "system:anonymous"}, {"kind": "User", "name": "anonymous"}, {"kind": "Group", "name": "system:authenticated"}]
	anonymous.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), others)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		anonymous.deny == set() with input as document
	}
}
