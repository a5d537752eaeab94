package kubernetes.network.open_policy_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.open_policy as check

policy(field, rule) := fixtures.policy({"podSelector": {}, "policyTypes": ["Ingress", "Egress"], field: [rule]})

test_empty_rules_are_found if {
	check.deny == {"NetworkPolicy shop/web: lets all incoming traffic through"} with input as policy("ingress", {})
	check.warn == {"NetworkPolicy shop/web: lets all outgoing traffic through"} with input as policy("egress", {})
}

test_every_address_is_warned_of if {
	rule := {"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 80}]}
	msg := "NetworkPolicy shop/web: lets incoming traffic of every address through (`0.0.0.0/0`)"
	check.warn == {msg} with input as policy("ingress", rule)
	other := "NetworkPolicy shop/web: lets outgoing traffic to every address through (`::/0`)"
	check.warn == {other} with input as policy("egress", {"to": [{"ipBlock": {"cidr": "::/0"}}]})
}

test_for_some_pods_it_is_a_warning if {
	document := fixtures.policy({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{}]})
	check.warn == {"NetworkPolicy shop/web: lets all incoming traffic through"} with input as document
	check.deny == set() with input as document
}

# network/default-deny says it of the namespace.
test_all_pods_of_a_namespace_that_is_there_are_told_already if {
	inventory := {"cluster": {"v1": {"Namespace": {"shop": {}}}}}
	check.deny == set() with input as policy("ingress", {}) with data.inventory as inventory
	check.warn == set() with input as policy("egress", {}) with data.inventory as inventory
	some_pods := fixtures.policy({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{}]})
	count(check.warn) == 1 with input as some_pods with data.inventory as inventory
}

test_every_namespace_is_warned_of if {
	msg := "NetworkPolicy shop/web: lets incoming traffic of the pods of every namespace through"
	every peer in [{"namespaceSelector": {}}, {"namespaceSelector": {"matchLabels": null}, "podSelector": {}}] {
		check.warn == {msg} with input as policy("ingress", {"from": [peer], "ports": [{"port": 80}]})
	}
	every peer in [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}, {"namespaceSelector": {"matchLabels": {"a": "b"}}}] {
		check.warn == set() with input as policy("ingress", {"from": [peer]})
	}
}

test_rules_of_no_direction_pass if {
	check.deny == set() with input as fixtures.policy({"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{}]})
	check.warn == set() with input as fixtures.policy({"podSelector": {}, "policyTypes": ["Ingress"], "egress": [{}]})
}

test_policies_of_calico_pass if {
	check.deny == set() with input as object.union(policy("ingress", {}), {"apiVersion": "projectcalico.org/v3"})
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.deny == set() with input as document
	}
}

test_others_pass if {
	every rule in [{"ports": [{"port": 80}]}, {"from": [{"podSelector": {}}]}, {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}] {
		check.deny == set() with input as policy("ingress", rule)
		check.warn == set() with input as policy("ingress", rule)
	}
	outside := {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}
	check.warn == set() with input as policy("egress", outside)
}
