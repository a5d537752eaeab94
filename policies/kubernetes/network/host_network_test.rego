package kubernetes.network.host_network_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.host_network as check

running(specs) := {"namespace": {"shop": {"apps/v1": {"DaemonSet": {sprintf("%d", [i]): object |
	some i, spec in specs
	object := {"spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}}}
}}}}}

policy := fixtures.policy({"podSelector": {"matchLabels": {"app": "web"}}})

test_pods_of_the_node_are_a_warning if {
	msg := "NetworkPolicy shop/web: all of its pods are in the network of their node, where policies may not hold"
	check.warn == {msg} with input as policy with data.inventory as running([{"hostNetwork": true}, {"hostNetwork": true}])
}

test_other_pods_pass if {
	every specs in [[{"hostNetwork": true}, {}], [{"hostNetwork": false}], [{"hostNetwork": null}], [{}], []] {
		check.warn == set() with input as policy with data.inventory as running(specs)
	}
	check.warn == set() with input as fixtures.policy({"podSelector": {}}) with data.inventory as running([{"hostNetwork": true}])
	check.warn == set() with input as policy
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
