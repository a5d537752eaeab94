package kubernetes.network.policy_shape_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.policy_shape as check

ingress(peer) := fixtures.policy({"podSelector": {}, "ingress": [{"from": [peer]}]})

egress(port) := fixtures.policy({"podSelector": {}, "egress": [{"to": [{"podSelector": {}}], "ports": [port]}]})

test_empty_peers_are_denied if {
	check.deny == {"NetworkPolicy shop/web: a peer is empty"} with input as ingress({})
	check.deny == {"NetworkPolicy shop/web: a peer is empty"} with input as ingress({"podSelector": null})
}

test_peers_of_two_sorts_are_denied if {
	msg := "NetworkPolicy shop/web: a peer has `ipBlock` and `podSelector`"
	check.deny == {msg} with input as ingress({"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}})
}

test_blocks_are_checked if {
	block := {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "192.168.0.0/16", "10.0.0.0/8", "x"]}}
	check.deny == {
		"NetworkPolicy shop/web: the exception `192.168.0.0/16` is not inside of `10.0.0.0/8`",
		"NetworkPolicy shop/web: the exception `10.0.0.0/8` is not inside of `10.0.0.0/8`",
		"NetworkPolicy shop/web: the exception `x` is not inside of `10.0.0.0/8`",
	} with input as ingress(block)
	msg := "NetworkPolicy shop/web: `10.0.0.0` is no block of addresses"
	check.deny == {msg} with input as ingress({"ipBlock": {"cidr": "10.0.0.0"}})
}

test_ranges_are_checked if {
	msg := "NetworkPolicy shop/web: the range of ports ends at 80, before it begins at 90"
	check.deny == {msg} with input as egress({"port": 90, "endPort": 80})
	other := "NetworkPolicy shop/web: `endPort` needs a `port` that is a number"
	check.deny == {other} with input as egress({"port": "http", "endPort": 80})
	check.deny == {other} with input as egress({"endPort": 80})
}

test_protocols_and_ports_are_checked if {
	check.deny == {"NetworkPolicy shop/web: `ICMP` is no protocol of policies: TCP, UDP or SCTP"} with input as egress({"protocol": "ICMP"})
	check.deny == {"NetworkPolicy shop/web: `tcp` is no protocol of policies: TCP, UDP or SCTP"} with input as egress({"protocol": "tcp", "port": 80})
	check.deny == {"NetworkPolicy shop/web: there is no port 70000"} with input as egress({"port": 70000})
	check.deny == {"NetworkPolicy shop/web: there is no port 0"} with input as egress({"port": 0})
}

test_types_are_checked if {
	msg := "NetworkPolicy shop/web: `ingress` is no type of policies: Ingress or Egress"
	check.deny == {msg} with input as fixtures.policy({"podSelector": {}, "policyTypes": ["ingress"]})
}

test_addresses_with_a_prefix_are_a_warning if {
	msg := "NetworkPolicy shop/web: `10.1.2.3/8` is the block `10.0.0.0/8`"
	check.warn == {msg} with input as ingress({"ipBlock": {"cidr": "10.1.2.3/8"}})
	every cidr in ["10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32", "x"] {
		check.warn == set() with input as ingress({"ipBlock": {"cidr": cidr}})
	}
}

test_policies_of_calico_pass if {
	check.deny == set() with input as object.union(ingress({}), {"apiVersion": "crd.projectcalico.org/v1"})
}

test_others_pass if {
	every peer in [
		{"podSelector": {}},
		{"namespaceSelector": {}, "podSelector": {}},
		{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}},
		{"ipBlock": {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]}},
	] {
		check.deny == set() with input as ingress(peer)
	}
	every port in [{"port": 80}, {"port": 80, "endPort": 80}, {"port": "http"}, {}] {
		check.deny == set() with input as egress(port)
	}
}

test_what_is_missing_or_odd_is_no_matter if {
	every value in fixtures.values {
		every document in [
			fixtures.policy(value),
			fixtures.policy({"ingress": value, "egress": value}),
			fixtures.policy({"ingress": [{"from": value, "ports": value}]}),
			fixtures.policy({"ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": value, "endPort": value}]}]}),
			fixtures.policy({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": value}}]}]}),
		] {
			every msg in check.deny {
				contains(msg, "`text`")
			} with input as document
		}
	}
}
