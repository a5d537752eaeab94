package kubernetes.network.inert_rules_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.inert_rules as check

test_rules_of_the_other_direction_are_denied if {
	spec := {"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{"from": [{"podSelector": {}}]}], "egress": [{}]}
	msg := "NetworkPolicy shop/web: has ingress rules, but `policyTypes` is without `Ingress`"
	check.deny == {msg} with input as fixtures.policy(spec)
}

test_an_empty_list_without_types_is_denied if {
	msg := "NetworkPolicy shop/web: `egress: []` isolates nothing without `policyTypes: [Egress]`"
	check.deny == {msg} with input as fixtures.policy({"podSelector": {}, "egress": []})
	every types in [null, []] {
		check.deny == {msg} with input as fixtures.policy({"podSelector": {}, "policyTypes": types, "egress": []})
	}
}

test_others_pass if {
	every spec in [
		{"podSelector": {}, "ingress": [{}], "egress": [{}]},
		{"podSelector": {}, "policyTypes": [], "egress": [{}]},
		{"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [], "egress": []},
		{"podSelector": {}, "policyTypes": ["Egress"], "egress": []},
	] {
		check.deny == set() with input as fixtures.policy(spec)
	}
}

test_policies_of_calico_pass if {
	spec := {"policyTypes": ["Egress"], "ingress": [{"action": "Allow"}]}
	check.deny == set() with input as object.union(fixtures.policy(spec), {"apiVersion": "projectcalico.org/v3"})
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
