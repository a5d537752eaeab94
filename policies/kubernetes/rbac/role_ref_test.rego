package kubernetes.rbac.role_ref_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.role_ref

bound(kind, ref) := fixtures.binding(kind, ref, [{"kind": "User", "name": "alice"}])

test_kinds_are_denied if {
	msg := "ClusterRoleBinding ops: roleRef has the kind `Role`, not ClusterRole"
	role_ref.deny == {msg} with input as bound("ClusterRoleBinding", {"kind": "Role", "name": "a"})
	other := "RoleBinding ops: roleRef has the kind `Pod`, not Role or ClusterRole"
	role_ref.deny == {other} with input as bound("RoleBinding", {"kind": "Pod", "name": "a"})
}

test_groups_are_denied if {
	msg := "RoleBinding ops: roleRef has the apiGroup `v1`, not rbac.authorization.k8s.io"
	role_ref.deny == {msg} with input as bound("RoleBinding", {"apiGroup": "v1", "kind": "Role", "name": "a"})
}

test_no_name_is_denied if {
	role_ref.deny == {"RoleBinding ops: roleRef has no name"} with input as bound("RoleBinding", {"kind": "Role"})
	role_ref.deny == {"RoleBinding ops: roleRef has no name"} with input as bound("RoleBinding", {"kind": "Role", "name": null})
}

test_no_role_is_denied if {
	role_ref.deny == {"RoleBinding ops: there is no roleRef"} with input as object.remove(bound("RoleBinding", null), ["roleRef"])
	role_ref.deny == {"RoleBinding ops: there is no roleRef"} with input as bound("RoleBinding", null)
}

test_roles_pass if {
	every document in [
		bound("ClusterRoleBinding", fixtures.cluster_role("view")),
		bound("RoleBinding", fixtures.cluster_role("view")),
		bound("RoleBinding", {"kind": "Role", "name": "a", "apiGroup": ""}),
	] {
		role_ref.deny == set() with input as document
	}
}

test_the_shape_of_openshift_passes if {
	document := object.union(bound("RoleBinding", {"name": "admin"}), {"apiVersion": "authorization.openshift.io/v1"})
	role_ref.deny == set() with input as document
}

test_hollow_bindings_pass if {
	documents := [{"kind": "RoleBinding"}, {"kind": "RoleBinding", "subjects": null}, {"kind": "RoleBinding", "roleRef": "text"}, {"kind": "RoleBinding", "roleRef": 7, "subjects": []}]
	every document in array.concat(documents, fixtures.others) {
		role_ref.deny == set() with input as document
	}
}
