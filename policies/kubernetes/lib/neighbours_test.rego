package kubernetes.lib.neighbours_test

import data.kubernetes.lib.neighbours

objects(kind, names) := {"v1": {kind: {name: {"metadata": {"name": name}} | some name in names}}}

placed := {"metadata": {"namespace": "shop"}}

test_of_the_same_namespace if {
	every kind in ["ServiceAccount", "ConfigMap", "PersistentVolumeClaim"] {
		neighbours.names(kind) == {"a", "b"} with input as placed
			with data.inventory as {"namespace": {"shop": objects(kind, ["a", "b"]), "other": objects(kind, ["c"])}}
	}
}

test_unplaced if {
	inventory := {"namespace": {"default": objects("ConfigMap", ["a"])}, "cluster": objects("ConfigMap", ["b"])}
	every document in [{}, {"metadata": null}, {"metadata": {"namespace": ""}}, {"metadata": {"namespace": "default"}}] {
		neighbours.names("ConfigMap") == {"a", "b"} with input as document with data.inventory as inventory
	}
	neighbours.names("ConfigMap") == set() with input as placed with data.inventory as inventory
}

test_a_placed_service_account_wins if {
	inventory := {
		"namespace": {"default": {"v1": {"ServiceAccount": {"a": {"automountServiceAccountToken": false}}}}},
		"cluster": {"v1": {"ServiceAccount": {"a": {"automountServiceAccountToken": true}, "b": {}}}},
	}
	neighbours.service_accounts == {"a": {"automountServiceAccountToken": false}, "b": {}} with input as {}
		with data.inventory as inventory
}

test_limit_ranges if {
	count(neighbours.limit_ranges) == 1 with input as placed
		with data.inventory as {"namespace": {"shop": objects("LimitRange", ["a"])}}
	count(neighbours.limit_ranges) == 1 with input as {} with data.inventory as {"cluster": objects("LimitRange", ["a"])}
}

test_none if {
	every inventory in [{}, {"namespace": {}}, {"cluster": {}}] {
		neighbours.names("ConfigMap") == set() with input as placed with data.inventory as inventory
		neighbours.service_accounts == {} with input as placed with data.inventory as inventory
		neighbours.limit_ranges == set() with input as placed with data.inventory as inventory
	}
}
