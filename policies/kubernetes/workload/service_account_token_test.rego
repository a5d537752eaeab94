package kubernetes.workload.service_account_token_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.service_account_token

pod(fields) := fixtures.pod_with(object.union({"serviceAccountName": "web"}, fields), {"name": "app"})

account(fields) := object.union({"metadata": {"name": "web", "namespace": "shop"}}, fields)

accounts(fields) := fixtures.beside({"ServiceAccount": [account(fields)]})

rbac := "rbac.authorization.k8s.io/v1"

msg := "Pod shop/web: the pod has the token of the ServiceAccount `web`, to which nothing is bound"

test_an_unused_token_is_a_warning if {
	every fields in [{}, {"automountServiceAccountToken": null}, {"automountServiceAccountToken": true}] {
		service_account_token.warn == {msg} with input as pod({}) with data.inventory as accounts(fields)
	}
	service_account_token.warn == {msg} with input as pod({"automountServiceAccountToken": null})
		with data.inventory as accounts({})
}

test_the_old_field_counts if {
	old := fixtures.pod_with({"serviceAccount": "web"}, {"name": "app"})
	service_account_token.warn == {msg} with input as old with data.inventory as accounts({})
}

test_no_token_passes if {
	service_account_token.warn == set() with input as pod({"automountServiceAccountToken": false})
		with data.inventory as accounts({})
	service_account_token.warn == set() with input as pod({})
		with data.inventory as accounts({"automountServiceAccountToken": false})
}

test_a_token_that_the_pod_asks_for_passes if {
	service_account_token.warn == set() with input as pod({"automountServiceAccountToken": true})
		with data.inventory as accounts({"automountServiceAccountToken": false})
}

test_an_account_that_is_not_there_is_not_judged if {
	service_account_token.warn == set() with input as pod({})
	service_account_token.warn == set() with input as pod({}) with data.inventory as {}
	service_account_token.warn == set() with input as pod({"serviceAccountName": "other"})
		with data.inventory as accounts({})
}

test_the_default_account_is_reported_elsewhere if {
	inventory := fixtures.beside({"ServiceAccount": [{"metadata": {"name": "default"}}]})
	service_account_token.warn == set() with input as pod({"serviceAccountName": null}) with data.inventory as inventory
	service_account_token.warn == set() with input as pod({"serviceAccountName": "default"})
		with data.inventory as inventory
}

test_a_bound_account_passes if {
	every subject in [
		{"kind": "ServiceAccount", "name": "web", "namespace": "shop"},
		{"kind": "User", "name": "system:serviceaccount:shop:web"},
		{"kind": "Group", "name": "system:serviceaccounts"},
		{"kind": "Group", "name": "system:serviceaccounts:shop"},
	] {
		binding := {"b": {"subjects": [subject]}}
		every bindings in [
			{"cluster": {rbac: {"ClusterRoleBinding": binding}}},
			{"cluster": {rbac: {"RoleBinding": binding}}},
			{"namespace": {"ops": {rbac: {"RoleBinding": binding}}}},
		] {
			service_account_token.warn == set() with input as pod({})
				with data.inventory as object.union(accounts({}), bindings)
		}
	}
}

test_another_subject_does_not_count if {
	every subject in [
		{"kind": "ServiceAccount", "name": "web", "namespace": "other"},
		{"kind": "ServiceAccount", "name": "api", "namespace": "shop"},
		{"kind": "User", "name": "system:serviceaccount:other:web"},
		{"kind": "User", "name": "web"},
		{"kind": "Group", "name": "system:serviceaccounts:other"},
		{},
		null,
	] {
		inventory := object.union(
			accounts({}),
			{"cluster": {rbac: {"ClusterRoleBinding": {"b": {"subjects": [subject]}}}}},
		)
		service_account_token.warn == {msg} with input as pod({}) with data.inventory as inventory
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		service_account_token.warn == set() with input as document
	}
}
