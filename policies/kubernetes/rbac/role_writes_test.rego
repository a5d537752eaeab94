package kubernetes.rbac.role_writes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.role_writes

test_bindings_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["clusterrolebindings", "rolebindings"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 grants roles to others: `%s` on `%s`", [kind, verb, resource])
				role_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("rbac.authorization.k8s.io", resource, verb))
			}
		}
	}
}

test_roles_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["clusterroles", "roles"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 changes what roles grant: `%s` on `%s`", [kind, verb, resource])
				role_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("rbac.authorization.k8s.io", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 grants roles to others: `create`, `patch` on `clusterrolebindings`"
	role_writes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", "rbac.authorization.k8s.io"], "resources": ["clusterrolebindings"], "verbs": ["patch", "create"]})
}

test_every_group_counts if {
	count(role_writes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "clusterrolebindings", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("rbac.authorization.k8s.io", "clusterrolebindings", "get"),
		fixtures.rule("other.example", "clusterrolebindings", "create"),
		fixtures.rule("rbac.authorization.k8s.io", "subjectaccessreviews", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("rbac.authorization.k8s.io", "clusterrolebindings", "create"), {"resourceNames": ["one"]}),
	] {
		role_writes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(role_writes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("rbac.authorization.k8s.io", "clusterrolebindings", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	role_writes.warn == set() with input as fixtures.default_role(fixtures.rule("rbac.authorization.k8s.io", "clusterrolebindings", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(role_writes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("rbac.authorization.k8s.io", "clusterrolebindings", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		role_writes.warn == set() with input as document
	}
}
