package kubernetes.rbac.service_status_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.service_status

test_writing_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["services/status"] {
			every verb in ["patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 sends the traffic of others elsewhere: `%s` on `%s`", [kind, verb, resource])
				service_status.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 sends the traffic of others elsewhere: `patch`, `update` on `services/status`"
	service_status.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["services/status"], "verbs": ["update", "patch"]})
}

test_every_group_counts if {
	count(service_status.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "services/status", "patch"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "services/status", "get"),
		fixtures.rule("other.example", "services/status", "patch"),
		fixtures.rule("", "services", "patch"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "services/status", "patch"), {"resourceNames": ["one"]}),
	] {
		service_status.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(service_status.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "services/status", "patch"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	service_status.warn == set() with input as fixtures.default_role(fixtures.rule("", "services/status", "patch"))
}

test_the_label_alone_makes_no_default_role if {
	count(service_status.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "services/status", "patch"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		service_status.warn == set() with input as document
	}
}
