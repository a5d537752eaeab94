package kubernetes.network.default_deny_test

import data.kubernetes.network.default_deny

shop := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

inventory(types) := {"namespace": {"shop": {"networking.k8s.io/v1": {"NetworkPolicy": {"deny": {
	"metadata": {"name": "deny", "namespace": "shop"},
	"spec": {"podSelector": {}, "policyTypes": types},
}}}}}}

incoming := "namespace shop does not deny incoming traffic by default"

outgoing := "namespace shop does not deny outgoing traffic by default"

test_no_policies_are_denied if {
	default_deny.deny == {incoming, outgoing} with input as shop
	default_deny.deny == {incoming, outgoing} with input as shop with data.inventory as {}
}

test_one_direction_is_denied if {
	default_deny.deny == {outgoing} with input as shop with data.inventory as inventory(["Ingress"])
	default_deny.deny == {incoming} with input as shop with data.inventory as inventory(["Egress"])
}

test_both_directions_pass if {
	default_deny.deny == set() with input as shop
		with data.inventory as inventory(["Ingress", "Egress"])
}

test_the_policy_of_another_namespace_does_not_count if {
	other := {"kind": "Namespace", "metadata": {"name": "other"}}
	count(default_deny.deny) == 2 with input as other
		with data.inventory as inventory(["Ingress", "Egress"])
}

test_system_namespaces_pass if {
	default_deny.deny == set() with input as {
		"kind": "Namespace",
		"metadata": {"name": "kube-system"},
	}
}

test_other_documents_pass if {
	every document in [{"kind": "Pod", "metadata": {"name": "shop"}}, {"kind": "Namespace"}, {}] {
		default_deny.deny == set() with input as document
	}
}

test_policies_of_other_kinds_say_more_than_is_read if {
	every other in [
		{"namespace": {"shop": {"cilium.io/v2": {"CiliumNetworkPolicy": {"a": {"spec": {}}}}}}},
		{"namespace": {"shop": {"projectcalico.org/v3": {"NetworkPolicy": {"a": {"spec": {}}}}}}},
		{"cluster": {"cilium.io/v2": {"CiliumClusterwideNetworkPolicy": {"a": {"spec": {}}}}}},
		{"cluster": {"crd.projectcalico.org/v1": {"GlobalNetworkPolicy": {"a": {"spec": {}}}}}},
		{"cluster": {"policy.networking.k8s.io/v1alpha2": {"ClusterNetworkPolicy": {"a": {"spec": {}}}}}},
		{"cluster": {"policy.networking.k8s.io/v1alpha1": {"AdminNetworkPolicy": {"a": {"spec": {}}}}}},
	] {
		default_deny.deny == set() with input as {"kind": "Namespace", "metadata": {"name": "shop"}}
			with data.inventory as other
	}
}
