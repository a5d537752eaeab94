package kubernetes.lib.network_test

import data.kubernetes.lib.network

inventory(specs) := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {name: policy |
	some i, spec in specs
	name := sprintf("policy-%d", [i])
	policy := {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}
}}}}}

both := {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}

test_both_directions if {
	every direction in ["Ingress", "Egress"] {
		network.denied_by_default("shop", direction) with data.inventory as inventory([both])
	}
}

test_two_policies if {
	specs := [
		{"podSelector": {}, "policyTypes": ["Ingress"]},
		{"podSelector": {}, "policyTypes": ["Egress"]},
	]
	every direction in ["Ingress", "Egress"] {
		network.denied_by_default("shop", direction) with data.inventory as inventory(specs)
	}
}

test_default_policy_types if {
	ingress := inventory([{"podSelector": {}}])
	network.denied_by_default("shop", "Ingress") with data.inventory as ingress
	not network.denied_by_default("shop", "Egress") with data.inventory as ingress

	egress := inventory([{"podSelector": {}, "egress": [{"ports": [{"port": 53}]}]}])
	network.denied_by_default("shop", "Ingress") with data.inventory as egress
	network.denied_by_default("shop", "Egress") with data.inventory as egress
}

test_an_empty_egress_list_does_not_isolate if {
	not network.denied_by_default("shop", "Egress") with data.inventory as inventory([{
		"podSelector": {},
		"egress": [],
	}])
}

test_selectors_of_everything if {
	every selector in [
		{},
		null,
		{"matchLabels": {}},
		{"matchLabels": null, "matchExpressions": []},
	] {
		network.denied_by_default("shop", "Ingress") with data.inventory as inventory([{
			"podSelector": selector,
			"policyTypes": ["Ingress"],
		}])
	}
}

test_no_selector_selects_everything if {
	network.denied_by_default("shop", "Ingress") with data.inventory as inventory([{
		"policyTypes": ["Ingress"],
	}])
}

test_selectors_of_some if {
	every selector in [
		{"matchLabels": {"app": "web"}},
		{"matchExpressions": [{"key": "app", "operator": "Exists"}]},
	] {
		not network.denied_by_default("shop", "Ingress") with data.inventory as inventory([{
			"podSelector": selector,
			"policyTypes": ["Ingress"],
		}])
	}
}

test_allowances_beside_it if {
	specs := [both, {
		"podSelector": {},
		"policyTypes": ["Egress"],
		"egress": [{"ports": [{"protocol": "UDP", "port": 53}]}],
	}]
	network.denied_by_default("shop", "Egress") with data.inventory as inventory(specs)
}

test_a_policy_that_allows_everything_again if {
	specs := [both, {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}]
	not network.denied_by_default("shop", "Egress") with data.inventory as inventory(specs)
	network.denied_by_default("shop", "Ingress") with data.inventory as inventory(specs)
}

test_other_namespace if {
	not network.denied_by_default("other", "Ingress") with data.inventory as inventory([both])
}

test_no_policies if {
	not network.denied_by_default("shop", "Ingress") with data.inventory as inventory([])
	not network.denied_by_default("shop", "Ingress") with data.inventory as {}
	not network.denied_by_default("shop", "Ingress")
}

test_a_policy_without_a_spec if {
	bare := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {"bare": {}}}}}}
	network.denied_by_default("shop", "Ingress") with data.inventory as bare
	not network.denied_by_default("shop", "Egress") with data.inventory as bare
}

test_a_policy_that_names_no_namespace_is_in_default if {
	unplaced := {"cluster": {"networking.k8s.io/v1": {"NetworkPolicy": {"deny": {"spec": both}}}}}
	network.denied_by_default("default", "Ingress") with data.inventory as unplaced
	not network.denied_by_default("shop", "Ingress") with data.inventory as unplaced
}

# A policy of another API group isolates nothing that this check can judge.
test_other_api_group if {
	calico := {"namespace": {"shop": {"projectcalico.org/v3": {"NetworkPolicy": {"deny": {"spec": both}}}}}}
	not network.denied_by_default("shop", "Ingress") with data.inventory as calico
}
