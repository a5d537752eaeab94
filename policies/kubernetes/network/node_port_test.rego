package kubernetes.network.node_port_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.node_port as check

test_node_ports_are_warned_of if {
	check.warn == {"Service shop/web: opens a port on every node"} with input as fixtures.service({"type": "NodePort"})
}

test_other_types_pass if {
	every spec in [{}, {"type": "ClusterIP"}, {"type": "LoadBalancer"}] {
		check.warn == set() with input as fixtures.service(spec)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
