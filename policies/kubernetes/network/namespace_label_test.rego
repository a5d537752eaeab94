package kubernetes.network.namespace_label_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.namespace_label as check

policy(labels) := fixtures.policy({"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": {"matchLabels": labels}}]}]})

test_the_label_name_is_denied if {
	msg := "NetworkPolicy shop/web: selects namespaces by the label `name: production`, which Kubernetes does not set"
	check.deny == {msg} with input as policy({"name": "production"})
}

test_expressions_are_denied if {
	expression := {"key": "name", "operator": "In", "values": ["production"]}
	peer := {"namespaceSelector": {"matchExpressions": [expression, {"key": "name", "operator": "Exists"}]}}
	msg := "NetworkPolicy shop/web: selects namespaces by the label `name: production`, which Kubernetes does not set"
	check.deny == {msg} with input as fixtures.policy({"podSelector": {}, "egress": [{"to": [peer]}]})
}

cluster := {"cluster": {"v1": {"Namespace": {
	"kube-system": {"metadata": {"name": "kube-system"}},
	"shop": {"metadata": {"name": "shop", "labels": {"team": "shop"}}},
}}}}

test_labels_that_no_namespace_of_a_cluster_has_are_a_warning if {
	every label in [["team", "web"], ["stage", "test"], ["kubernetes.io/metadata.name", "gone"]] {
		msg := sprintf("NetworkPolicy shop/web: selects namespaces by the label `%s: %s`, which none has", label)
		check.warn == {msg} with input as policy({label[0]: label[1]}) with data.inventory as cluster
	}
	every label in [["team", "shop"], ["kubernetes.io/metadata.name", "shop"]] {
		check.warn == set() with input as policy({label[0]: label[1]}) with data.inventory as cluster
	}
}

# Without kube-system, nobody knows which namespaces there are.
test_other_labels_in_some_documents_pass if {
	some_documents := {"cluster": {"v1": {"Namespace": {"shop": cluster.cluster.v1.Namespace.shop}}}}
	check.warn == set() with input as policy({"stage": "test"}) with data.inventory as some_documents
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
