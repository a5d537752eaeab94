package kubernetes.rbac.wildcard_verbs_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.wildcard_verbs

role(kind, rules) := {"kind": kind, "metadata": {"name": "ops"}, "rules": rules}

test_wildcard_is_denied if {
	every kind in ["ClusterRole", "Role"] {
		msg := sprintf("%s ops: rule 2 grants every verb", [kind])
		wildcard_verbs.deny == {msg} with input as role(kind, [
			{"resources": ["pods"], "verbs": ["get"]},
			{"resources": ["pods"], "verbs": ["get", "*"]},
		])
	}
}

test_listed_verbs_pass if {
	wildcard_verbs.deny == set() with input as role("Role", [{
		"apiGroups": ["*"],
		"resources": ["*"],
		"verbs": ["get", "list"],
	}])
}

test_absent_fields_pass if {
	every rules in [[], null, [{}], [{"verbs": null}], [{"verbs": []}]] {
		wildcard_verbs.deny == set() with input as role("ClusterRole", rules)
	}
	wildcard_verbs.deny == set() with input as {"kind": "ClusterRole"}
	wildcard_verbs.deny == set() with input as {}
}

test_other_kinds_pass if {
	wildcard_verbs.deny == set() with input as role("Custom", [{"verbs": ["*"]}])
}

test_verbs_on_resources_of_others_are_a_warning if {
	rule := fixtures.rule("kubeflow.org", "notebooks", "*")
	msg := "Role ops: rule 1 grants every verb on resources of `kubeflow.org`"
	wildcard_verbs.warn == {msg} with input as role("Role", [rule])
	wildcard_verbs.deny == set() with input as role("Role", [rule])
}

test_paths_are_denied if {
	count(wildcard_verbs.deny) == 1 with input as role("ClusterRole", [{"nonResourceURLs": ["/metrics"], "verbs": ["*"]}])
}

test_default_roles_pass if {
	wildcard_verbs.deny == set() with input as fixtures.default_role(fixtures.rule("*", "*", "*"))
	count(wildcard_verbs.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("*", "*", "*"))
}

test_hollow_documents_pass if {
	every document in fixtures.hollow {
		wildcard_verbs.deny == set() with input as document
		wildcard_verbs.warn == set() with input as document
	}
}
