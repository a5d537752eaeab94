package kubernetes.namespace.pinned_version_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.namespace.pinned_version as check

labelled(labels) := {"kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}

test_open_versions_are_warned_of if {
	labels := {"pod-security.kubernetes.io/enforce": "restricted"}
	check.warn == {"namespace shop enforces `restricted` of no particular version"} with input as labelled(labels)
	latest := object.union(labels, {"pod-security.kubernetes.io/enforce-version": "latest"})
	check.warn == {"namespace shop enforces the latest version of `restricted`"} with input as labelled(latest)
}

test_others_pass if {
	every labels in [
		{},
		{"pod-security.kubernetes.io/enforce": "privileged"},
		{"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.34"},
	] {
		check.warn == set() with input as labelled(labels)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
