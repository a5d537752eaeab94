package kubernetes.rbac.cluster_admin_service_account_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
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

full := {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {
	"anything": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
	"reader": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}]},
}}}}

test_a_role_that_grants_everything_is_denied if {
	msg := "ClusterRoleBinding admin: ServiceAccount shop/deployer is bound to `anything`, which grants everything"
	check.deny == {msg} with input as binding("ClusterRoleBinding", {"kind": "ClusterRole", "name": "anything"}, [account])
		with data.inventory as full
	every name in ["reader", "elsewhere"] {
		check.deny == set() with input as binding("ClusterRoleBinding", {"kind": "ClusterRole", "name": name}, [account])
			with data.inventory as full
	}
}

test_hollow_documents_pass if {
	every document in fixtures.hollow {
		check.deny == set() with input as document
	}
}
