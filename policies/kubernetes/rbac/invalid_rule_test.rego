package kubernetes.rbac.invalid_rule_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.invalid_rule

rule := fixtures.rule("", "pods", "get")

without(fields) := object.remove(rule, fields)

test_no_verbs_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every verbs in [[], null] {
			msg := sprintf("%s ops: rule 1 has no verbs", [kind])
			invalid_rule.deny == {msg} with input as fixtures.role(kind, object.union(rule, {"verbs": verbs}))
			invalid_rule.deny == {msg} with input as fixtures.role(kind, without(["verbs"]))
		}
	}
}

test_no_groups_are_denied if {
	msg := "Role ops: rule 1 has resources but no API groups (`\"\"` is the core group)"
	invalid_rule.deny == {msg} with input as fixtures.role("Role", without(["apiGroups"]))
}

test_no_resources_are_denied if {
	invalid_rule.deny == {"Role ops: rule 1 has no resources"} with input as fixtures.role("Role", without(["resources"]))
	invalid_rule.deny == {"Role ops: rule 1 has no resources"} with input as fixtures.role("Role", without(["resources", "apiGroups"]))
}

paths := {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}

test_both_are_denied if {
	invalid_rule.deny == {
		"ClusterRole ops: rule 1 has both paths and apiGroups",
		"ClusterRole ops: rule 1 has both paths and resources",
	} with input as fixtures.role("ClusterRole", object.union(rule, paths))
}

test_paths_in_a_role_are_denied if {
	msg := "Role ops: rule 1 has paths, which only a ClusterRole can grant"
	invalid_rule.deny == {msg} with input as fixtures.role("Role", paths)
}

test_complete_rules_pass if {
	invalid_rule.deny == set() with input as fixtures.role("Role", rule)
	invalid_rule.deny == set() with input as fixtures.role("ClusterRole", rule)
	invalid_rule.deny == set() with input as fixtures.role("ClusterRole", paths)
}

test_no_rules_pass if {
	every rules in [[], null] {
		invalid_rule.deny == set() with input as {"kind": "ClusterRole", "metadata": {"name": "ops"}, "rules": rules}
	}
	invalid_rule.deny == set() with input as {"kind": "ClusterRole"}
}

test_other_documents_pass if {
	every document in fixtures.others {
		invalid_rule.deny == set() with input as document
	}
}
