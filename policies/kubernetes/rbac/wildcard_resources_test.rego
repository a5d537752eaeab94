package kubernetes.rbac.wildcard_resources_test

import data.kubernetes.rbac.wildcard_resources

role(kind, rules) := {"kind": kind, "metadata": {"name": "ops"}, "rules": rules}

test_wildcard_resources_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["*", "*/scale", "*/*"] {
			msg := sprintf("%s ops: rule 1 grants the resources `%s`", [kind, resource])
			wildcard_resources.deny == {msg} with input as role(kind, [{
				"apiGroups": ["apps"],
				"resources": ["deployments", resource],
				"verbs": ["get"],
			}])
		}
	}
}

test_wildcard_groups_are_denied if {
	wildcard_resources.deny == {"Role ops: rule 1 grants every API group"} with input as role("Role", [{
		"apiGroups": ["*"],
		"resources": ["widgets"],
		"verbs": ["get"],
	}])
}

test_wildcard_paths_are_denied if {
	every path in ["*", "/*"] {
		msg := "ClusterRole ops: rule 1 grants every path of the API server"
		wildcard_resources.deny == {msg} with input as role("ClusterRole", [{
			"nonResourceURLs": [path],
			"verbs": ["get"],
		}])
	}
}

test_listed_resources_pass if {
	wildcard_resources.deny == set() with input as role("ClusterRole", [
		{"apiGroups": ["", "apps"], "resources": ["pods", "deployments/scale"], "verbs": ["*"]},
		{"nonResourceURLs": ["/healthz", "/healthz/*"], "verbs": ["get"]},
	])
}

test_absent_fields_pass if {
	every rules in [
		[],
		null,
		[{}],
		[{"resources": null, "apiGroups": null, "nonResourceURLs": null}],
		[{"resources": [], "apiGroups": [], "nonResourceURLs": []}],
	] {
		wildcard_resources.deny == set() with input as role("ClusterRole", rules)
	}
	wildcard_resources.deny == set() with input as {"kind": "ClusterRole"}
	wildcard_resources.deny == set() with input as {}
}

test_other_kinds_pass if {
	wildcard_resources.deny == set() with input as role("Custom", [{"resources": ["*"]}])
}
