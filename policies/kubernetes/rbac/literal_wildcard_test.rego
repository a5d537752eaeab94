package kubernetes.rbac.literal_wildcard_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.literal_wildcard

test_resources_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["pods/*", "*/*", "deploy*", "**"] {
			msg := sprintf("%s ops: rule 1: `%s` is no wildcard and matches nothing", [kind, resource])
			literal_wildcard.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, "get"))
		}
	}
}

test_verbs_and_groups_are_denied if {
	literal_wildcard.deny == {"Role ops: rule 1: `get*` is no wildcard and matches nothing"} with input as fixtures.role("Role", fixtures.rule("", "pods", "get*"))
	literal_wildcard.deny == {"Role ops: rule 1: `*.example` is no wildcard and matches nothing"} with input as fixtures.role("Role", fixtures.rule("*.example", "pods", "get"))
}

test_paths_are_denied if {
	every path in ["/api/*/x", "*/healthz"] {
		count(literal_wildcard.deny) > 0 with input as fixtures.role("ClusterRole", {"nonResourceURLs": [path], "verbs": ["get"]})
	}
	msg := "ClusterRole ops: rule 1: the path `healthz` does not begin with `/` and matches nothing"
	literal_wildcard.deny == {msg} with input as fixtures.role("ClusterRole", {"nonResourceURLs": ["healthz"], "verbs": ["get"]})
}

test_wildcards_pass if {
	rules := [
		fixtures.rule("*", "*", "*"),
		fixtures.rule("apps", "*/scale", "get"),
		fixtures.rule("apps", "deployments/scale", "get"),
		{"nonResourceURLs": ["*", "/metrics", "/healthz/*", "/x*"], "verbs": ["*"]},
	]
	every rule in rules {
		literal_wildcard.deny == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_hollow_rules_pass if {
	every rule in [{}, {"resources": null, "verbs": [null, 7, {}], "apiGroups": [[]], "nonResourceURLs": [null, 7]}] {
		literal_wildcard.deny == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_other_documents_pass if {
	every document in fixtures.others {
		literal_wildcard.deny == set() with input as document
	}
}
