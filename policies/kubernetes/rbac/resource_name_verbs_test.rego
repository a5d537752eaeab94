package kubernetes.rbac.resource_name_verbs_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.resource_name_verbs

named(resource, verb) := object.union(fixtures.rule("", resource, verb), {"resourceNames": ["one"]})

test_create_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every verb in ["create", "deletecollection"] {
			msg := sprintf("%s ops: rule 1: `%s` is not allowed by a rule with resourceNames: such a request has no name", [kind, verb])
			resource_name_verbs.warn == {msg} with input as fixtures.role(kind, named("configmaps", verb))
		}
	}
}

test_others_pass if {
	rules := [
		named("configmaps", "get"),
		named("configmaps", "*"),
		named("configmaps", "list"),
		named("serviceaccounts/token", "create"),
		fixtures.rule("", "configmaps", "create"),
		object.union(fixtures.rule("", "configmaps", "create"), {"resourceNames": []}),
		object.union(fixtures.rule("", "configmaps", "create"), {"resourceNames": null}),
	]
	every rule in rules {
		resource_name_verbs.warn == set() with input as fixtures.role("Role", rule)
	}
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		resource_name_verbs.warn == set() with input as document
	}
}
