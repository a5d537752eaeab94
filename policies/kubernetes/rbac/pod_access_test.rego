package kubernetes.rbac.pod_access_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.pod_access

test_port_forwarding_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["pods/portforward"] {
			every verb in ["create", "get", "*"] {
				msg := sprintf("%s ops: rule 1 forwards ports of all pods: `%s` on `%s`", [kind, verb, resource])
				pod_access.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_the_proxy_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["pods/proxy", "services/proxy"] {
			every verb in ["create", "delete", "get", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 reaches ports of all pods: `%s` on `%s`", [kind, verb, resource])
				pod_access.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 forwards ports of all pods: `create`, `get` on `pods/portforward`"
	pod_access.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["pods/portforward"], "verbs": ["get", "create"]})
}

test_every_group_counts if {
	count(pod_access.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "pods/portforward", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "pods/portforward", "list"),
		fixtures.rule("other.example", "pods/portforward", "create"),
		fixtures.rule("", "pods/status", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "pods/portforward", "create"), {"resourceNames": ["one"]}),
	] {
		pod_access.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(pod_access.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "pods/portforward", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	pod_access.warn == set() with input as fixtures.default_role(fixtures.rule("", "pods/portforward", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(pod_access.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "pods/portforward", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		pod_access.warn == set() with input as document
	}
}
