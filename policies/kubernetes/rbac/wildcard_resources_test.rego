package kubernetes.rbac.wildcard_resources_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.wildcard_resources

role(kind, rules) := {"kind": kind, "metadata": {"name": "ops"}, "rules": rules}

test_wildcard_resources_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["*", "*/scale"] {
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

test_resources_of_others_are_a_warning if {
	rule := {"apiGroups": ["ceph.rook.io", "ceph.example"], "resources": ["*"], "verbs": ["get"]}
	msg := "Role ops: rule 1 grants the resources `*` of `ceph.example`, `ceph.rook.io`"
	wildcard_resources.warn == {msg} with input as role("Role", [rule])
	wildcard_resources.deny == set() with input as role("Role", [rule])
}

test_a_group_of_kubernetes_among_them_is_denied if {
	every group in ["", "apps", "rbac.authorization.k8s.io"] {
		rule := {"apiGroups": ["ceph.rook.io", group], "resources": ["*"], "verbs": ["get"]}
		count(wildcard_resources.deny) == 1 with input as role("Role", [rule])
		wildcard_resources.warn == set() with input as role("Role", [rule])
	}
}

test_literal_wildcards_pass if {
	every resource in ["*/*", "pods/*", "pod*"] {
		wildcard_resources.deny == set() with input as role("Role", [fixtures.rule("", resource, "get")])
	}
}

test_default_roles_pass if {
	wildcard_resources.deny == set() with input as fixtures.default_role(fixtures.rule("*", "*", "*"))
	count(wildcard_resources.deny) == 2 with input as fixtures.labelled_role(fixtures.rule("*", "*", "*"))
}

test_hollow_documents_pass if {
	every document in fixtures.hollow {
		wildcard_resources.deny == set() with input as document
		wildcard_resources.warn == set() with input as document
	}
}
