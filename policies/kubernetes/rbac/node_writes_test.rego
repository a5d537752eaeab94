package kubernetes.rbac.node_writes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.node_writes

test_writing_is_a_warning if {
	every kind in ["ClusterRole"] {
		every resource in ["nodes", "nodes/status"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 changes all nodes: `%s` on `%s`", [kind, verb, resource])
				node_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 changes all nodes: `create`, `delete` on `nodes`"
	node_writes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["nodes"], "verbs": ["delete", "create"]})
}

test_every_group_counts if {
	count(node_writes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "nodes", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "nodes", "get"),
		fixtures.rule("other.example", "nodes", "create"),
		fixtures.rule("", "nodes/metrics", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "nodes", "create"), {"resourceNames": ["one"]}),
	] {
		node_writes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(node_writes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "nodes", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	node_writes.warn == set() with input as fixtures.default_role(fixtures.rule("", "nodes", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(node_writes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "nodes", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		node_writes.warn == set() with input as document
	}
}
