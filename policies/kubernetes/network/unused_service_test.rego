package kubernetes.network.unused_service_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.unused_service as check

test_labels_of_no_pod_are_warned_of if {
	msg := "Service shop/web: selects none of the pods of namespace shop"
	inventory := fixtures.running({"app": "api"})
	check.warn == {msg} with input as fixtures.service({"selector": {"app": "web"}}) with data.inventory as inventory
}

test_services_with_pods_pass if {
	every map in [{}, {"app": "web"}] {
		inventory := fixtures.running({"app": "web", "x": "y"})
		check.warn == set() with input as fixtures.service({"selector": map}) with data.inventory as inventory
	}
	check.warn == set() with input as fixtures.service({}) with data.inventory as fixtures.running({"app": "web"})
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as fixtures.service({"selector": {"app": "web"}}) with data.inventory as {}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}

test_what_operators_make_is_not_known if {
	operated := {"namespace": {"shop": {"monitoring.coreos.com/v1": {"Prometheus": {"main": {}}}}}}
	check.warn == set() with input as fixtures.service({"selector": {"app": "web"}}) with data.inventory as object.union(fixtures.running({"app": "api"}), operated)
}
