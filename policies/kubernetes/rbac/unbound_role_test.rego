package kubernetes.rbac.unbound_role_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.unbound_role

inventory := {
	"cluster": {"rbac.authorization.k8s.io/v1": {
		"ClusterRoleBinding": {"a": {"roleRef": {"kind": "ClusterRole", "name": "a"}}},
		"RoleBinding": {"b": {"roleRef": {"kind": "ClusterRole", "name": "b"}}},
	}},
	"namespace": {"shop": {"rbac.authorization.k8s.io/v1": {"RoleBinding": {
		"c": {"roleRef": {"kind": "ClusterRole", "name": "c"}},
		"d": {"roleRef": {"kind": "Role", "name": "d"}},
	}}}},
}

cluster(name) := {"kind": "ClusterRole", "metadata": {"name": name}}

placed(name) := {"kind": "Role", "metadata": {"name": name, "namespace": "shop"}}

test_cluster_roles_are_a_warning if {
	unbound_role.warn == {"ClusterRole d: nothing binds the role"} with input as cluster("d") with data.inventory as inventory
}

test_roles_are_a_warning if {
	unbound_role.warn == {"Role shop/c: nothing binds the role"} with input as placed("c") with data.inventory as inventory
}

test_bound_roles_pass if {
	every name in ["a", "b", "c"] {
		unbound_role.warn == set() with input as cluster(name) with data.inventory as inventory
	}
	unbound_role.warn == set() with input as placed("d") with data.inventory as inventory
}

test_aggregated_and_default_roles_pass if {
	unbound_role.warn == set() with input as object.union(cluster("d"), {"metadata": {"labels": {"rbac.example.com/aggregate-to-x": "true"}}})
		with data.inventory as inventory
	unbound_role.warn == set() with input as object.union(cluster("view"), {"metadata": {"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
		with data.inventory as inventory
}

# No bindings are there, so that nothing can be said.
test_other_folders_pass if {
	every other in [{}, {"namespace": {"other": inventory.namespace.shop}}] {
		unbound_role.warn == set() with input as placed("c") with data.inventory as other
	}
	unbound_role.warn == set() with input as cluster("d") with data.inventory as {}
	unbound_role.warn == set() with input as cluster("d")
	unbound_role.warn == set() with input as {"kind": "Role", "metadata": {"name": "c"}} with data.inventory as inventory
}

test_absent_fields_and_other_documents_pass if {
	every document in array.concat([{"kind": "ClusterRole"}, {"kind": "ClusterRole", "metadata": null}, {"kind": "Role", "metadata": {"namespace": "shop"}}], fixtures.others) {
		unbound_role.warn == set() with input as document with data.inventory as inventory
	}
}
