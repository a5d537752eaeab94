package kubernetes.network.load_balancer_sources_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.load_balancer_sources as check

balancer(fields) := fixtures.service(object.union({"type": "LoadBalancer"}, fields))

annotated(key, value) := object.union(balancer({}), {"metadata": {"annotations": {key: value}}})

test_open_load_balancers_are_warned_of if {
	msg := "Service shop/web: the load balancer serves every address"
	check.warn == {msg} with input as balancer({})
	check.warn == {msg} with input as balancer({"loadBalancerSourceRanges": []})
	check.warn == {msg} with input as annotated("example.com/load-balancer-internal", "false")
	open := "Service shop/web: the load balancer serves every address (`0.0.0.0/0`)"
	check.warn == {open} with input as balancer({"loadBalancerSourceRanges": ["0.0.0.0/0"]})
}

test_limited_ones_pass if {
	check.warn == set() with input as balancer({"loadBalancerSourceRanges": ["192.0.2.0/24"]})
	check.warn == set() with input as annotated("service.beta.kubernetes.io/azure-load-balancer-internal", "true")
	check.warn == set() with input as annotated("networking.gke.io/load-balancer-type", "Internal")
}

test_other_types_pass if {
	every spec in [{}, {"type": "ClusterIP"}, {"type": "NodePort"}] {
		check.warn == set() with input as fixtures.service(spec)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
