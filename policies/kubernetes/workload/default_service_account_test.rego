package kubernetes.workload.default_service_account_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.default_service_account

pod(fields) := fixtures.pod_with(fields, {"name": "app"})

account(fields) := fixtures.beside({"ServiceAccount": [object.union({"metadata": {"name": "default"}}, fields)]})

msg := "Pod shop/web: the pod has the token of the ServiceAccount `default`"

test_its_token_is_denied if {
	every fields in [
		{},
		{"serviceAccountName": null},
		{"serviceAccountName": ""},
		{"serviceAccountName": "default"},
		{"serviceAccount": "default"},
		{"automountServiceAccountToken": null},
		{"automountServiceAccountToken": true},
	] {
		default_service_account.deny == {msg} with input as pod(fields)
	}
}

test_an_account_that_says_nothing_is_denied if {
	every fields in [{}, {"automountServiceAccountToken": null}, {"automountServiceAccountToken": true}] {
		default_service_account.deny == {msg} with input as pod({}) with data.inventory as account(fields)
	}
}

test_the_pod_wins if {
	off := account({"automountServiceAccountToken": false})
	default_service_account.deny == {msg} with input as pod({"automountServiceAccountToken": true}) with data.inventory as off
	default_service_account.deny == set() with input as pod({"automountServiceAccountToken": false})
		with data.inventory as account({})
}

test_an_account_without_token_passes if {
	off := account({"automountServiceAccountToken": false})
	default_service_account.deny == set() with input as pod({}) with data.inventory as off
	unplaced := {"kind": "Pod", "metadata": {"name": "web"}, "spec": {}}
	default_service_account.deny == set() with input as unplaced
		with data.inventory as {"cluster": off.namespace.shop}
}

test_another_account_passes if {
	default_service_account.deny == set() with input as pod({"serviceAccountName": "web"})
	default_service_account.deny == set() with input as pod({"serviceAccount": "web"})
	default_service_account.deny == set() with input as pod({"serviceAccountName": "web", "serviceAccount": "default"})
}

test_documents_without_a_pod_pass if {
	every document in [{"kind": "Service"}, {"kind": "Pod"}, {"kind": "Deployment", "spec": {}}, {}] {
		default_service_account.deny == set() with input as document
	}
}
