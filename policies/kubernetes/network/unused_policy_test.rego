package kubernetes.network.unused_policy_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.unused_policy as check

policy(chosen) := fixtures.policy({"podSelector": chosen})

test_labels_of_no_pod_are_warned_of if {
	msg := "NetworkPolicy shop/web: selects none of the pods of namespace shop"
	inventory := fixtures.running({"app": "api"})
	check.warn == {msg} with input as policy({"matchLabels": {"app": "web"}}) with data.inventory as inventory
}

test_policies_with_pods_pass if {
	every chosen in [{}, {"matchLabels": {"app": "web"}}, {"matchExpressions": [{"key": "app", "operator": "Exists"}]}] {
		check.warn == set() with input as policy(chosen) with data.inventory as fixtures.running({"app": "web", "x": "y"})
	}
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as policy({"matchLabels": {"app": "web"}}) with data.inventory as {}
	check.warn == set() with input as policy({"matchLabels": {"app": "web"}})
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}

test_what_operators_make_is_not_known if {
	operated := {"namespace": {"shop": {"monitoring.coreos.com/v1": {"Prometheus": {"main": {}}}}}}
	check.warn == set() with input as policy({"matchLabels": {"app": "web"}}) with data.inventory as object.union(fixtures.running({"app": "api"}), operated)
}
