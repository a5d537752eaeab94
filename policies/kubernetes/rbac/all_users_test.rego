package kubernetes.rbac.all_users_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.all_users

subject := {"kind": "Group", "name": "system:authenticated"}

test_bindings_are_denied if {
	msg := "ClusterRoleBinding ops: everybody with a token has the role `edit` in every namespace"
	all_users.deny == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("edit"), [{"kind": "User", "name": "alice"}, subject])
}

test_role_bindings_are_denied if {
	msg := "RoleBinding ops: everybody with a token has the role `reader` in namespace default"
	all_users.deny == {msg} with input as fixtures.binding("RoleBinding", {"kind": "Role", "name": "reader"}, [subject])
}

test_roles_of_kubernetes_pass if {
	every name in ["system:basic-user", "system:discovery", "system:public-info-viewer"] {
		all_users.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role(name), [subject])
	}
}

test_others_pass if {
	others := [{"kind": "User", "name": "system:authenticated"}, {"kind": "Group", "name": "system:unauthenticated"}, {"kind": "Group", "name": "authenticated"}]
	all_users.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), others)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		all_users.deny == set() with input as document
	}
}
