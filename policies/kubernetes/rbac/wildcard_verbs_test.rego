package kubernetes.rbac.wildcard_verbs_test

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
