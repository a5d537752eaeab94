package kubernetes.rbac.cluster_admin_service_account_test

import data.kubernetes.rbac.cluster_admin_service_account as check

binding(kind, role, subjects) := {
	"kind": kind,
	"metadata": {"name": "admin"},
	"roleRef": role,
	"subjects": subjects,
}

admin := {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}

account := {"kind": "ServiceAccount", "name": "deployer", "namespace": "shop"}

test_service_account_is_denied if {
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		msg := sprintf("%s admin: ServiceAccount shop/deployer is bound to cluster-admin", [kind])
		check.deny == {msg} with input as binding(kind, admin, [account])
	}
}

test_each_subject_counts if {
	subjects := [
		{"kind": "User", "name": "alice"},
		account,
		{"kind": "Group", "name": "system:serviceaccounts"},
		{"kind": "User", "name": "system:serviceaccount:shop:deployer"},
	]
	count(check.deny) == 3 with input as binding("ClusterRoleBinding", admin, subjects)
}

test_people_pass if {
	subjects := [{"kind": "User", "name": "alice"}, {"kind": "Group", "name": "admins"}]
	check.deny == set() with input as binding("ClusterRoleBinding", admin, subjects)
}

test_other_roles_pass if {
	every role in [
		{"kind": "ClusterRole", "name": "view"},
		{"kind": "Role", "name": "cluster-admin"},
		{"kind": "ClusterRole"},
		{},
		null,
	] {
		check.deny == set() with input as binding("RoleBinding", role, [account])
	}
}

test_absent_fields_pass if {
	every document in [
		binding("ClusterRoleBinding", admin, []),
		binding("ClusterRoleBinding", admin, null),
		binding("ClusterRoleBinding", admin, [{}]),
		{"kind": "ClusterRoleBinding", "roleRef": admin},
		{"kind": "ClusterRoleBinding"},
		{},
	] {
		check.deny == set() with input as document
	}
}

test_other_kinds_pass if {
	check.deny == set() with input as binding("Custom", admin, [account])
}
