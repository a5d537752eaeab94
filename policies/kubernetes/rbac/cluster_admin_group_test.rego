package kubernetes.rbac.cluster_admin_group_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.cluster_admin_group

full := {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {
	"anything": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
	"reader": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}]},
}}}}

group := {"kind": "Group", "name": "admins"}

admin := fixtures.cluster_role("cluster-admin")

test_groups_are_a_warning if {
	cluster_admin_group.warn == {"ClusterRoleBinding ops: Group admins is bound to cluster-admin in every namespace"} with input as fixtures.binding("ClusterRoleBinding", admin, [group])
	cluster_admin_group.warn == {"RoleBinding ops: Group admins is bound to cluster-admin in namespace default"} with input as fixtures.binding("RoleBinding", admin, [group])
}

test_a_role_that_grants_everything_is_a_warning if {
	msg := "ClusterRoleBinding ops: Group admins is bound to `anything`, which grants everything in every namespace"
	cluster_admin_group.warn == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("anything"), [group])
		with data.inventory as full
}

test_those_with_rules_of_their_own_pass if {
	subjects := [
		{"kind": "User", "name": "alice"},
		{"kind": "Group", "name": "system:masters"},
		{"kind": "Group", "name": "kubeadm:cluster-admins"},
		{"kind": "Group", "name": "system:authenticated"},
		{"kind": "Group", "name": "system:serviceaccounts:shop"},
		{"kind": "ServiceAccount", "name": "a", "namespace": "shop"},
	]
	cluster_admin_group.warn == set() with input as fixtures.binding("ClusterRoleBinding", admin, subjects)
	cluster_admin_group.warn == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("edit"), [group])
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		cluster_admin_group.warn == set() with input as document
	}
}
