package kubernetes.rbac.endpoint_writes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.endpoint_writes

test_endpoints_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["endpoints"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 leads Services to other addresses: `%s` on `%s`", [kind, verb, resource])
				endpoint_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_slices_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["endpointslices"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 leads Services to other addresses: `%s` on `%s`", [kind, verb, resource])
				endpoint_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("discovery.k8s.io", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 leads Services to other addresses: `create`, `patch` on `endpoints`"
	endpoint_writes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["endpoints"], "verbs": ["patch", "create"]})
}

test_every_group_counts if {
	count(endpoint_writes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "endpoints", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "endpoints", "get"),
		fixtures.rule("other.example", "endpoints", "create"),
		fixtures.rule("", "services", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "endpoints", "create"), {"resourceNames": ["one"]}),
	] {
		endpoint_writes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(endpoint_writes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "endpoints", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	endpoint_writes.warn == set() with input as fixtures.default_role(fixtures.rule("", "endpoints", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(endpoint_writes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "endpoints", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		endpoint_writes.warn == set() with input as document
	}
}
