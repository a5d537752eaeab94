package kubernetes.network.ingress_host_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.ingress_host as check

ingress(rules) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"}, "spec": {"rules": rules}}

test_no_host_is_a_warning if {
	every rule in [{}, {"host": null}, {"host": ""}, {"http": {}}] {
		check.warn == {"Ingress web: a rule is for every host"} with input as ingress([rule])
	}
}

test_wildcards_are_a_warning if {
	check.warn == {"Ingress web: a rule is for all hosts `*.example.com`"} with input as ingress([{"host": "*.example.com"}])
}

test_hosts_pass if {
	check.warn == set() with input as ingress([{"host": "shop.example.com"}])
	every rules in [[], null] {
		check.warn == set() with input as ingress(rules)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
