package kubernetes.network.dns_egress_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.dns_egress as check

egress(rules) := fixtures.policy({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Egress"], "egress": rules})

database := {"to": [{"podSelector": {"matchLabels": {"app": "db"}}}], "ports": [{"port": 5432}]}

msg := "NetworkPolicy shop/web: allows outgoing traffic, but no DNS (port 53)"

test_a_database_alone_is_warned_of if {
	check.warn == {msg} with input as egress([database])
}

test_tcp_alone_is_warned_of if {
	rules := [{"ports": [{"protocol": "TCP", "port": 53}, {"port": 443, "protocol": "TCP"}]}]
	check.warn == {msg} with input as egress(rules)
}

test_policies_with_dns_pass if {
	every rule in [
		{"ports": [{"protocol": "UDP", "port": 53}]},
		{"ports": [{"protocol": "UDP"}]},
		{"ports": [{"protocol": "UDP", "port": 1, "endPort": 1024}]},
		{"to": [{"namespaceSelector": {}}]},
		{},
	] {
		every other in [{"ports": [{"port": 53}]}, {"ports": [{"port": 53, "protocol": "TCP"}, {"port": 443}]}] {
			check.warn == set() with input as egress([database, rule, other])
		}
	}
}

test_the_protocol_is_tcp_where_none_is_named if {
	every port in [{"port": 53}, {"port": 53, "protocol": null}] {
		check.warn == {msg} with input as egress([database, {"ports": [port]}])
	}
}

test_udp_alone_is_warned_of if {
	short := "NetworkPolicy shop/web: allows DNS over UDP, but not over TCP, which long answers take"
	check.warn == {short} with input as egress([{"ports": [{"protocol": "UDP", "port": 53}, {"port": 443}]}])
}

test_all_ports_of_other_pods_are_no_dns if {
	every peer in [{"podSelector": {"matchLabels": {"app": "db"}}}, {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "data"}}}, {"ipBlock": {"cidr": "10.1.2.3/32"}}] {
		check.warn == {msg} with input as egress([database, {"to": [peer]}])
	}
	every peer in [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}, {"ipBlock": {"cidr": "169.254.20.10/32"}}] {
		check.warn == set() with input as egress([database, {"to": [peer]}])
	}
}

test_a_policy_for_incoming_traffic_allows_no_dns if {
	other := {"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "egress": [{}]}}
	inventory := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {"dns": other}}}}}
	check.warn == {msg} with input as egress([database]) with data.inventory as inventory
}

test_policies_without_names_pass if {
	every rules in [[], null, [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]] {
		check.warn == set() with input as egress(rules)
	}
	check.warn == set() with input as fixtures.policy({"podSelector": {}, "ingress": [{}]})
}

test_dns_of_another_policy_counts if {
	every chosen in [{}, {"matchLabels": {"app": "web"}}] {
		other := {"spec": {"podSelector": chosen, "egress": [{"ports": [{"protocol": "UDP", "port": 53}, {"port": 53}]}]}}
		inventory := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {"dns": other}}}}}
		check.warn == set() with input as egress([database]) with data.inventory as inventory
	}
	other := {"spec": {"podSelector": {"matchLabels": {"app": "api"}}, "egress": [{}]}}
	inventory := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {"dns": other}}}}}
	check.warn == {msg} with input as egress([database]) with data.inventory as inventory
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
