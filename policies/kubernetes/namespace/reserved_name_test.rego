package kubernetes.namespace.reserved_name_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.namespace.reserved_name as check

named(name) := {"kind": "Namespace", "metadata": {"name": name}}

test_reserved_names_are_a_warning if {
	check.warn == {"namespace kube-shop: the name is reserved for Kubernetes"} with input as named("kube-shop")
}

test_other_names_pass if {
	every name in ["shop", "kube", "kubeflow", "kube-system", "kube-public", "kube-node-lease", "", null] {
		check.warn == set() with input as named(name)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
