package kubernetes.rbac.node_proxy_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.node_proxy

test_any_verb_is_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["nodes/proxy"] {
			every verb in ["create", "delete", "get", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 runs commands in all pods through the kubelet: `%s` on `%s`", [kind, verb, resource])
				node_proxy.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 runs commands in all pods through the kubelet: `create`, `delete` on `nodes/proxy`"
	node_proxy.deny == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["nodes/proxy"], "verbs": ["delete", "create"]})
}

test_every_group_counts if {
	count(node_proxy.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "nodes/proxy", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "nodes/proxy", "list"),
		fixtures.rule("other.example", "nodes/proxy", "create"),
		fixtures.rule("", "nodes/metrics", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
	] {
		node_proxy.deny == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_default_roles_pass if {
	node_proxy.deny == set() with input as fixtures.default_role(fixtures.rule("", "nodes/proxy", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(node_proxy.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("", "nodes/proxy", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		node_proxy.deny == set() with input as document
	}
}
