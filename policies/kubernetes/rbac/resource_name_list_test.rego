package kubernetes.rbac.resource_name_list_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.resource_name_list

named(resource, verb) := object.union(fixtures.rule("", resource, verb), {"resourceNames": ["one"]})

test_list_is_a_warning if {
	every verb in ["list", "watch"] {
		msg := sprintf("Role ops: rule 1: `%s` with resourceNames is allowed only with the field selector `metadata.name=…`", [verb])
		resource_name_list.warn == {msg} with input as fixtures.role("Role", named("configmaps", verb))
	}
}

test_others_pass if {
	every rule in [named("configmaps", "get"), named("configmaps", "*"), named("pods/log", "list"), fixtures.rule("", "configmaps", "list")] {
		resource_name_list.warn == set() with input as fixtures.role("Role", rule)
	}
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		resource_name_list.warn == set() with input as document
	}
}
