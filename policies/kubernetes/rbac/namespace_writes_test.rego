package kubernetes.rbac.namespace_writes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.namespace_writes

test_writing_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["namespaces"] {
			every verb in ["patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 changes the labels that namespaces are protected by: `%s` on `%s`", [kind, verb, resource])
				namespace_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 changes the labels that namespaces are protected by: `patch`, `update` on `namespaces`"
	namespace_writes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["namespaces"], "verbs": ["update", "patch"]})
}

test_every_group_counts if {
	count(namespace_writes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "namespaces", "patch"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "namespaces", "create"),
		fixtures.rule("other.example", "namespaces", "patch"),
		fixtures.rule("", "namespaces/status", "patch"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "namespaces", "patch"), {"resourceNames": ["one"]}),
	] {
		namespace_writes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(namespace_writes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "namespaces", "patch"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	namespace_writes.warn == set() with input as fixtures.default_role(fixtures.rule("", "namespaces", "patch"))
}

test_the_label_alone_makes_no_default_role if {
	count(namespace_writes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "namespaces", "patch"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		namespace_writes.warn == set() with input as document
	}
}
