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
