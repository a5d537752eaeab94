package kubernetes.rbac.unused_service_account_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.rbac.unused_service_account as check

account(name) := {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "shop"}}

inventory := {
	"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRoleBinding": {"a": {"subjects": [{"kind": "ServiceAccount", "name": "bound", "namespace": "shop"}]}}}},
	"namespace": {
		"shop": {"apps/v1": {"Deployment": {"web": {"spec": {"template": {"spec": {"serviceAccountName": "web"}}}}}}},
		"ci": {"rbac.authorization.k8s.io/v1": {"RoleBinding": {"b": {"subjects": [
			{"kind": "User", "name": "system:serviceaccount:shop:user"},
			{"kind": "ServiceAccount", "name": "elsewhere", "namespace": "ci"},
		]}}}},
	},
}

test_unused_ones_are_a_warning if {
	every name in ["gone", "elsewhere"] {
		msg := sprintf("ServiceAccount shop/%s: no pod runs as it, and nothing binds it", [name])
		check.warn == {msg} with input as account(name) with data.inventory as inventory
	}
}

test_used_ones_pass if {
	every name in ["web", "bound", "user", "default"] {
		check.warn == set() with input as account(name) with data.inventory as inventory
	}
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as account("gone") with data.inventory as {}
	check.warn == set() with input as account("gone")
	check.warn == set() with input as {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "gone"}} with data.inventory as inventory
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
