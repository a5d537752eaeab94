package kubernetes.network.open_ports_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.open_ports as check

policy(rule) := fixtures.policy({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [rule]})

test_ports_for_everybody_are_a_warning if {
	every peers in [[], null] {
		check.warn == {"NetworkPolicy shop/web: lets everybody connect to 80, https"} with input as policy({"from": peers, "ports": [{"port": 80}, {"port": "https"}]})
	}
	check.warn == {"NetworkPolicy shop/web: lets everybody connect to all ports"} with input as policy({"ports": [{"protocol": "UDP"}]})
}

test_others_pass if {
	every rule in [{}, {"ports": []}, {"ports": null}, {"from": [{"podSelector": {}}], "ports": [{"port": 80}]}] {
		check.warn == set() with input as policy(rule)
	}
	check.warn == set() with input as fixtures.policy({"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{"ports": [{"port": 80}]}]})
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
