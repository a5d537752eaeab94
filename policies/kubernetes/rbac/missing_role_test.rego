package kubernetes.rbac.missing_role_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.missing_role

inventory := {
	"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {"reader": {}}}},
	"namespace": {"shop": {"rbac.authorization.k8s.io/v1": {"Role": {"deployer": {}}}}},
}

subjects := [{"kind": "User", "name": "alice"}]

bound(kind, name) := object.union(
	fixtures.binding("RoleBinding", {"kind": kind, "name": name}, subjects),
	{"metadata": {"namespace": "shop"}},
)

test_cluster_roles_are_a_warning if {
	msg := "ClusterRoleBinding ops: the ClusterRole `gone` is not among the documents"
	missing_role.warn == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("gone"), subjects)
		with data.inventory as inventory
}

test_roles_are_a_warning if {
	msg := "RoleBinding shop/ops: the Role `gone` is not among the documents of namespace shop"
	missing_role.warn == {msg} with input as bound("Role", "gone") with data.inventory as inventory
}

test_roles_that_are_there_pass if {
	every role in [["ClusterRole", "reader"], ["Role", "deployer"], ["ClusterRole", "edit"], ["ClusterRole", "system:node"], ["ClusterRole", "kubeadm:get-nodes"]] {
		missing_role.warn == set() with input as bound(role[0], role[1]) with data.inventory as inventory
	}
}

test_an_older_version_is_there if {
	old := {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {"reader": {}}}, "rbac.authorization.k8s.io/v1beta1": {"ClusterRole": {"old": {}}}}}
	missing_role.warn == set() with input as bound("ClusterRole", "old") with data.inventory as old
}

# Nothing of the kind is there, so that nothing can be said.
test_other_folders_pass if {
	every other in [{}, {"cluster": {}}, {"namespace": {"other": inventory.namespace.shop}}] {
		missing_role.warn == set() with input as bound("Role", "gone") with data.inventory as other
		missing_role.warn == set() with input as bound("ClusterRole", "gone") with data.inventory as other
	}
	missing_role.warn == set() with input as bound("Role", "gone")
}

test_a_binding_that_names_no_namespace_passes if {
	document := fixtures.binding("RoleBinding", {"kind": "Role", "name": "gone"}, subjects)
	missing_role.warn == set() with input as document with data.inventory as {"namespace": {"default": inventory.namespace.shop}}
}

test_absent_fields_and_other_documents_pass if {
	every document in [d | some d in fixtures.hollow; not d.roleRef] {
		missing_role.warn == set() with input as document with data.inventory as inventory
	}
	every ref in [null, {}, {"kind": "ClusterRole"}, {"kind": "ClusterRole", "name": null}, {"kind": "Role", "name": 7}] {
		missing_role.warn == set() with input as fixtures.binding("RoleBinding", ref, subjects) with data.inventory as inventory
	}
}
