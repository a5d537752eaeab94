package kubernetes.namespace.resource_quota_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.namespace.resource_quota as check

shop := {"kind": "Namespace", "metadata": {"name": "shop"}}

test_no_quota_is_warned_of if {
	inventory := fixtures.running({"app": "web"})
	check.warn == {"namespace shop has no ResourceQuota"} with input as shop with data.inventory as inventory
}

test_a_quota_passes if {
	quota := {"namespace": {"shop": {"v1": {"ResourceQuota": {"all": {}}}}}}
	inventory := object.union(fixtures.running({"app": "web"}), quota)
	check.warn == set() with input as shop with data.inventory as inventory
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as shop with data.inventory as {}
	check.warn == set() with input as shop
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
