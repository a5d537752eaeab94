package kubernetes.rbac.event_deletion_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.event_deletion

test_deleting_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["events"] {
			every verb in ["delete", "deletecollection", "*"] {
				msg := sprintf("%s ops: rule 1 deletes events: `%s` on `%s`", [kind, verb, resource])
				event_deletion.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_deleting_in_the_newer_group_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["events"] {
			every verb in ["delete", "deletecollection", "*"] {
				msg := sprintf("%s ops: rule 1 deletes events: `%s` on `%s`", [kind, verb, resource])
				event_deletion.warn == {msg} with input as fixtures.role(kind, fixtures.rule("events.k8s.io", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 deletes events: `delete`, `deletecollection` on `events`"
	event_deletion.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["events"], "verbs": ["deletecollection", "delete"]})
}

test_every_group_counts if {
	count(event_deletion.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "events", "delete"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "events", "create"),
		fixtures.rule("other.example", "events", "delete"),
		fixtures.rule("", "configmaps", "delete"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "events", "delete"), {"resourceNames": ["one"]}),
	] {
		event_deletion.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(event_deletion.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "events", "delete"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	event_deletion.warn == set() with input as fixtures.default_role(fixtures.rule("", "events", "delete"))
}

test_the_label_alone_makes_no_default_role if {
	count(event_deletion.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "events", "delete"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		event_deletion.warn == set() with input as document
	}
}
