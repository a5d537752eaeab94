package kubernetes.namespace.limit_range_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.namespace.limit_range as check

shop := {"kind": "Namespace", "metadata": {"name": "shop"}}

test_no_limit_range_is_a_warning if {
	check.warn == {"namespace shop has no LimitRange"} with input as shop with data.inventory as fixtures.running({"app": "web"})
}

test_a_limit_range_passes if {
	ranges := {"namespace": {"shop": {"v1": {"LimitRange": {"all": {}}}}}}
	check.warn == set() with input as shop with data.inventory as object.union(fixtures.running({"app": "web"}), ranges)
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as shop with data.inventory as {}
	check.warn == set() with input as shop
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
