package kubernetes.rbac.admin_service_account_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.admin_service_account

account := {"kind": "ServiceAccount", "name": "robot", "namespace": "shop"}

placed(document) := object.union(document, {"metadata": {"namespace": "shop"}})

test_all_namespaces_are_denied if {
	every role in ["admin", "edit"] {
		msg := sprintf("ClusterRoleBinding ops: ServiceAccount shop/robot has the role `%s` in every namespace", [role])
		admin_service_account.deny == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role(role), [account])
	}
}

test_its_namespace_is_a_warning if {
	msg := "RoleBinding shop/ops: ServiceAccount shop/robot has the role `admin` in namespace shop"
	every subject in [account, {"kind": "ServiceAccount", "name": "robot"}, {"kind": "User", "name": "system:serviceaccount:shop:robot"}] {
		admin_service_account.warn == {msg} with input as placed(fixtures.binding("RoleBinding", fixtures.cluster_role("admin"), [subject]))
	}
}

test_another_namespace_is_a_warning if {
	msg := "RoleBinding shop/ops: ServiceAccount ci/robot has the role `admin` in namespace shop, which is not its own"
	subject := {"kind": "ServiceAccount", "name": "robot", "namespace": "ci"}
	admin_service_account.warn == {msg} with input as placed(fixtures.binding("RoleBinding", fixtures.cluster_role("admin"), [subject]))
}

test_others_pass if {
	documents := [
		fixtures.binding("RoleBinding", fixtures.cluster_role("edit"), [account]),
		fixtures.binding("RoleBinding", {"kind": "Role", "name": "admin"}, [account]),
		fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [account]),
		fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("admin"), [{"kind": "User", "name": "alice"}]),
		fixtures.binding("RoleBinding", fixtures.cluster_role("admin"), [{"kind": "User", "name": "alice"}]),
	]
	every document in documents {
		admin_service_account.deny == set() with input as document
		admin_service_account.warn == set() with input as document
	}
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		admin_service_account.deny == set() with input as document
		admin_service_account.warn == set() with input as document
	}
}
