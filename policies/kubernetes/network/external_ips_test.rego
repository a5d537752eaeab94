package kubernetes.network.external_ips_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.external_ips as check

test_addresses_are_denied if {
	msg := "Service shop/web: takes the traffic to `8.8.8.8`"
	check.deny == {msg} with input as fixtures.service({"externalIPs": ["8.8.8.8"]})
}

test_others_pass if {
	every spec in [{}, {"externalIPs": []}, {"externalIPs": null}, {"type": "LoadBalancer"}] {
		check.deny == set() with input as fixtures.service(spec)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
