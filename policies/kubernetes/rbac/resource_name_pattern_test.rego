package kubernetes.rbac.resource_name_pattern_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.resource_name_pattern

named(name) := object.union(fixtures.rule("", "configmaps", "get"), {"resourceNames": ["one", name]})

test_patterns_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every name in ["my-app-*", "*", "app-?", "app-[ab]", "app-{a,b}", "^app$", "a|b"] {
			msg := sprintf("%s ops: rule 1: the resource name `%s` is no pattern and matches nothing", [kind, name])
			resource_name_pattern.deny == {msg} with input as fixtures.role(kind, named(name))
		}
	}
}

test_names_pass if {
	every name in ["app", "app.example.com", "system:node:worker-1", "a-b.c"] {
		resource_name_pattern.deny == set() with input as fixtures.role("Role", named(name))
	}
}

test_signers_pass if {
	rule := object.union(fixtures.rule("certificates.k8s.io", "signers", "sign"), {"resourceNames": ["example.com/*"]})
	resource_name_pattern.deny == set() with input as fixtures.role("ClusterRole", rule)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		resource_name_pattern.deny == set() with input as document
	}
}
