package kubernetes.rbac.persistent_volumes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.persistent_volumes

test_writing_is_a_warning if {
	every kind in ["ClusterRole"] {
		every resource in ["persistentvolumes"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 makes volumes of any path of a node: `%s` on `%s`", [kind, verb, resource])
				persistent_volumes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 makes volumes of any path of a node: `create`, `patch` on `persistentvolumes`"
	persistent_volumes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["persistentvolumes"], "verbs": ["patch", "create"]})
}

test_every_group_counts if {
	count(persistent_volumes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "persistentvolumes", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "persistentvolumes", "get"),
		fixtures.rule("other.example", "persistentvolumes", "create"),
		fixtures.rule("", "persistentvolumeclaims", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "persistentvolumes", "create"), {"resourceNames": ["one"]}),
	] {
		persistent_volumes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(persistent_volumes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "persistentvolumes", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	persistent_volumes.warn == set() with input as fixtures.default_role(fixtures.rule("", "persistentvolumes", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(persistent_volumes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "persistentvolumes", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		persistent_volumes.warn == set() with input as document
	}
}
