package kubernetes.network.metadata_egress_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.metadata_egress as check

policy(block, ports) := fixtures.policy({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": block}], "ports": ports}]})

msg(cidr) := sprintf("NetworkPolicy shop/web: lets outgoing traffic to the metadata of the cloud through (`%s` without exception of 169.254.169.254)", [cidr])

private := ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]

test_exceptions_of_private_networks_alone_are_a_warning if {
	every ports in [null, [], [{"port": 80}], [{"protocol": "TCP"}], [{"port": 1, "endPort": 1024}]] {
		check.warn == {msg("0.0.0.0/0")} with input as policy({"cidr": "0.0.0.0/0", "except": private}, ports)
	}
	check.warn == {msg("169.254.0.0/16")} with input as policy({"cidr": "169.254.0.0/16"}, [])
}

test_an_exception_passes if {
	every address in ["169.254.169.254/32", "169.254.0.0/16"] {
		check.warn == set() with input as policy({"cidr": "0.0.0.0/0", "except": array.concat(private, [address])}, [])
	}
}

test_other_ports_and_blocks_pass if {
	check.warn == set() with input as policy({"cidr": "0.0.0.0/0", "except": private}, [{"port": 443}, {"port": 80, "protocol": "UDP"}])
	every cidr in ["10.0.0.0/8", "::/0", "x", "0.0.0.0/0"] {
		check.warn == set() with input as policy({"cidr": cidr}, [])
	}
	ingress := fixtures.policy({"podSelector": {}, "policyTypes": ["Ingress"], "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": private}}]}]})
	check.warn == set() with input as ingress
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
