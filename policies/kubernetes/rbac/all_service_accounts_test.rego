package kubernetes.rbac.all_service_accounts_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.all_service_accounts

all := {"kind": "Group", "name": "system:serviceaccounts"}

some_namespace := {"kind": "Group", "name": "system:serviceaccounts:shop"}

test_all_are_denied if {
	msg := "ClusterRoleBinding ops: every ServiceAccount of the cluster has the role `view` in every namespace"
	all_service_accounts.deny == {msg} with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [all])
	all_service_accounts.warn == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), [all])
}

test_those_of_a_namespace_are_a_warning if {
	msg := "RoleBinding ops: every ServiceAccount of namespace shop has the role `view` in namespace default"
	all_service_accounts.warn == {msg} with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), [some_namespace])
	all_service_accounts.deny == set() with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), [some_namespace])
}

test_what_others_say_passes if {
	every name in ["cluster-admin", "system:image-puller", "system:service-account-issuer-discovery"] {
		document := fixtures.binding("ClusterRoleBinding", fixtures.cluster_role(name), [all, some_namespace])
		all_service_accounts.deny == set() with input as document
		all_service_accounts.warn == set() with input as document
	}
}

test_others_pass if {
	others := [{"kind": "User", "name": "system:serviceaccounts"}, {"kind": "ServiceAccount", "name": "a", "namespace": "shop"}]
	all_service_accounts.deny == set() with input as fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("view"), others)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		all_service_accounts.deny == set() with input as document
		all_service_accounts.warn == set() with input as document
	}
}
