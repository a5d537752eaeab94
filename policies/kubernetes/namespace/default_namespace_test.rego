package kubernetes.namespace.default_namespace_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.namespace.default_namespace as check

pod(namespace) := {"kind": "Pod", "metadata": {"name": "web", "namespace": namespace}, "spec": {"containers": []}}

test_default_is_warned_of if {
	check.warn == {"Pod default/web: runs in the namespace `default`"} with input as pod("default")
}

test_others_pass if {
	check.warn == set() with input as pod("shop")
	check.warn == set() with input as {"kind": "Pod", "metadata": {"name": "web"}, "spec": {}}
	check.warn == set() with input as {"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "default"}}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
