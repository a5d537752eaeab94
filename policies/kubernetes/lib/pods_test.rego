package kubernetes.lib.pods_test

import data.kubernetes.lib.pods

labelled(labels) := {"metadata": {"labels": labels}, "spec": {}}

inventory := {
	"namespace": {"shop": {
		"v1": {"Pod": {"a": labelled({"app": "a"})}},
		"apps/v1": {"Deployment": {"b": {"spec": {"template": labelled({"app": "b"})}}}},
		"batch/v1": {"CronJob": {"c": {"spec": {"jobTemplate": {"spec": {"template": labelled({"app": "c"})}}}}}},
	}},
	"cluster": {"apps/v1": {"StatefulSet": {"d": {"spec": {"template": labelled({"app": "d"})}}}}},
}

test_pods_of_workloads if {
	pods.in_namespace("shop") == {{"app": "a"}, {"app": "b"}, {"app": "c"}} with data.inventory as inventory
}

test_objects_without_a_namespace_are_of_default if {
	pods.in_namespace("default") == {{"app": "d"}} with data.inventory as inventory
}

test_other_namespaces_have_none if {
	pods.in_namespace("other") == set() with data.inventory as inventory
	pods.in_namespace("other") == set() with data.inventory as {}
	pods.in_namespace("default") == set()
}

test_operators_make_pods if {
	pods.operated("shop") with data.inventory as {"namespace": {"shop": {"monitoring.coreos.com/v1": {"Prometheus": {"main": {}}}}}}
	pods.operated("shop") with data.inventory as {"namespace": {"shop": {"ceph.rook.io/v1": {"CephCluster": {"main": {}}}}}}
	not pods.operated("shop") with data.inventory as {"namespace": {"shop": {"monitoring.coreos.com/v1": {"ServiceMonitor": {"main": {}}}}}}
	not pods.operated("shop") with data.inventory as inventory
}

test_selected_templates_and_their_ports if {
	running := {"namespace": {"shop": {"v1": {"Pod": {"a": {
		"metadata": {"labels": {"app": "a"}},
		"spec": {"containers": [{"ports": [{"name": "http"}, {"containerPort": 1}]}], "initContainers": [{"ports": [{"name": "dns", "protocol": "UDP"}]}]},
	}}}}}}
	found := pods.selected("shop", {"matchLabels": {"app": "a"}}) with data.inventory as running
	count(found) == 1
	some template in found
	pods.ports(template) == {["http", "TCP"], ["dns", "UDP"]}
	pods.selected("shop", {"matchLabels": {"app": "b"}}) == set() with data.inventory as running
	every template in [{}, {"spec": null}, {"spec": {"containers": [{"ports": null}, {}]}}] {
		pods.ports(template) == set()
	}
}
