package kubernetes.rbac.cluster_admin_user_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.cluster_admin_user

full := {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {
	"anything": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
	"reader": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}]},
}}}}

user := {"kind": "User", "name": "alice"}

admin := fixtures.cluster_role("cluster-admin")

test_users_are_denied if {
	document := fixtures.binding("ClusterRoleBinding", admin, [user])
	cluster_admin_user.deny == {"ClusterRoleBinding ops: User alice is bound to cluster-admin"} with input as document
	cluster_admin_user.warn == set() with input as document
}

test_role_bindings_are_a_warning if {
	every subject in [user] {
		document := object.union(fixtures.binding("RoleBinding", admin, [subject]), {"metadata": {"namespace": "shop"}})
		msg := sprintf("RoleBinding shop/ops: %s %s is bound to cluster-admin in namespace shop", [subject.kind, subject.name])
		cluster_admin_user.warn == {msg} with input as document
		cluster_admin_user.deny == set() with input as document
	}
}

test_a_role_that_grants_everything_is_denied if {
	msg := "ClusterRoleBinding ops: User alice is bound to `anything`, which grants everything"
	cluster_admin_user.deny == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("anything"), [user])
		with data.inventory as full
	cluster_admin_user.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("reader"), [user])
		with data.inventory as full
}

test_those_with_rules_of_their_own_pass if {
	subjects := [
		{"kind": "Group", "name": "admins"},
		{"kind": "Group", "name": "system:masters"},
		{"kind": "Group", "name": "kubeadm:cluster-admins"},
		{"kind": "Group", "name": "system:authenticated"},
		{"kind": "Group", "name": "system:serviceaccounts:shop"},
		{"kind": "User", "name": "system:anonymous"},
		{"kind": "User", "name": "system:serviceaccount:shop:a"},
		{"kind": "ServiceAccount", "name": "a", "namespace": "shop"},
	]
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		cluster_admin_user.deny == set() with input as fixtures.binding(kind, admin, subjects)
		cluster_admin_user.warn == set() with input as fixtures.binding(kind, admin, subjects)
	}
}

test_the_binding_of_kubernetes_passes if {
	document := object.union(fixtures.binding("ClusterRoleBinding", admin, [user]), {"metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
	cluster_admin_user.deny == set() with input as document
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		cluster_admin_user.deny == set() with input as document
		cluster_admin_user.warn == set() with input as document
	}
}
