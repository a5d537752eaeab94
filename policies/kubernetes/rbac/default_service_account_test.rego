package kubernetes.rbac.default_service_account_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.default_service_account

msg(namespace) := sprintf("RoleBinding ops: every pod of namespace %s without a ServiceAccount of its own has the role `view`", [namespace])

test_subjects_are_denied if {
	subjects := [
		[{"kind": "ServiceAccount", "name": "default", "namespace": "shop"}, "shop"],
		[{"kind": "User", "name": "system:serviceaccount:shop:default"}, "shop"],
		[{"kind": "ServiceAccount", "name": "default"}, "default"],
	]
	every subject in subjects {
		default_service_account.deny == {msg(subject[1])} with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), [subject[0]])
	}
}

test_others_pass if {
	subjects := [
		{"kind": "ServiceAccount", "name": "web", "namespace": "default"},
		{"kind": "User", "name": "default"},
		{"kind": "User", "name": "system:serviceaccount:default"},
		{"kind": "Group", "name": "default"},
	]
	default_service_account.deny == set() with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), subjects)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		default_service_account.deny == set() with input as document
	}
}
