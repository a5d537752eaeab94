package kubernetes.network.namespace_label_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.namespace_label as check

policy(labels) := fixtures.policy({"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": {"matchLabels": labels}}]}]})

test_the_label_name_is_denied if {
	msg := "NetworkPolicy shop/web: selects namespaces by the label `name: production`, which Kubernetes does not set"
	check.deny == {msg} with input as policy({"name": "production"})
}

test_labels_that_are_set_pass if {
	check.deny == set() with input as policy({"kubernetes.io/metadata.name": "production"})
	check.deny == set() with input as policy({"team": "shop"})
	inventory := {"cluster": {"v1": {"Namespace": {"production": {"metadata": {"labels": {"name": "production"}}}}}}}
	check.deny == set() with input as policy({"name": "production"}) with data.inventory as inventory
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
