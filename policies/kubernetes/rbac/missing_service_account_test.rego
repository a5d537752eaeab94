package kubernetes.rbac.missing_service_account_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.missing_service_account

inventory := {
	"cluster": {"v1": {"ServiceAccount": {"unplaced": {}}}},
	"namespace": {
		"shop": {"v1": {"ServiceAccount": {"web": {}}}},
		"ci": {"v1": {"ServiceAccount": {"robot": {}}}},
	},
}

bound(name, namespace) := fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [{"kind": "ServiceAccount", "name": name, "namespace": namespace}])

test_another_name_is_a_warning if {
	msg := "ClusterRoleBinding ops: the ServiceAccount `gone` is not among the documents of namespace shop"
	missing_service_account.warn == {msg} with input as bound("gone", "shop") with data.inventory as inventory
}

test_another_namespace_is_told if {
	msg := "ClusterRoleBinding ops: the ServiceAccount `robot` is not among the documents of namespace shop, but of ci"
	missing_service_account.warn == {msg} with input as bound("robot", "shop") with data.inventory as inventory
}

test_those_that_are_there_pass if {
	every name in ["web", "default", "unplaced"] {
		missing_service_account.warn == set() with input as bound(name, "shop") with data.inventory as inventory
	}
}

# Nothing of the kind is there, so that nothing can be said.
test_other_folders_pass if {
	missing_service_account.warn == set() with input as bound("gone", "elsewhere") with data.inventory as inventory
	missing_service_account.warn == set() with input as bound("gone", "shop") with data.inventory as {}
	missing_service_account.warn == set() with input as bound("gone", "shop")
}

test_other_subjects_pass if {
	missing_service_account.warn == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [{"kind": "User", "name": "gone", "namespace": "shop"}])
		with data.inventory as inventory
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		missing_service_account.warn == set() with input as document with data.inventory as inventory
	}
}
