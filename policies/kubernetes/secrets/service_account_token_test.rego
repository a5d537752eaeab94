package kubernetes.secrets.service_account_token_test

import data.kubernetes.secrets.service_account_token

secret(fields) := object.union({"kind": "Secret", "metadata": {"name": "token", "namespace": "shop"}}, fields)

type := {"type": "kubernetes.io/service-account-token"}

test_a_lasting_token_is_denied if {
	msg := "Secret shop/token: a token of the ServiceAccount `deployer` that never expires"
	service_account_token.deny == {msg} with input as secret(object.union(type, {"metadata": {
		"name": "token",
		"annotations": {"kubernetes.io/service-account.name": "deployer"},
	}}))
	count(service_account_token.deny) == 1 with input as secret(type)
}

test_others_pass if {
	every fields in [{}, {"type": null}, {"type": "Opaque"}, {"type": 7}] {
		service_account_token.deny == set() with input as secret(fields)
	}
	service_account_token.deny == set() with input as object.union(type, {"kind": "ConfigMap"})
}
