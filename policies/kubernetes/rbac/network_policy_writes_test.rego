package kubernetes.rbac.network_policy_writes_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.network_policy_writes

test_writing_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["networkpolicies"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 opens the network of pods: `%s` on `%s`", [kind, verb, resource])
				network_policy_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("networking.k8s.io", resource, verb))
			}
		}
	}
}

test_writing_policies_of_the_cluster_is_a_warning if {
	every kind in ["ClusterRole"] {
		every resource in ["adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 opens the network of the cluster: `%s` on `%s`", [kind, verb, resource])
				network_policy_writes.warn == {msg} with input as fixtures.role(kind, fixtures.rule("policy.networking.k8s.io", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 opens the network of pods: `create`, `delete` on `networkpolicies`"
	network_policy_writes.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", "networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["delete", "create"]})
}

test_every_group_counts if {
	count(network_policy_writes.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "networkpolicies", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("networking.k8s.io", "networkpolicies", "get"),
		fixtures.rule("other.example", "networkpolicies", "create"),
		fixtures.rule("networking.k8s.io", "ingresses", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("networking.k8s.io", "networkpolicies", "create"), {"resourceNames": ["one"]}),
	] {
		network_policy_writes.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(network_policy_writes.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("networking.k8s.io", "networkpolicies", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	network_policy_writes.warn == set() with input as fixtures.default_role(fixtures.rule("networking.k8s.io", "networkpolicies", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(network_policy_writes.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("networking.k8s.io", "networkpolicies", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		network_policy_writes.warn == set() with input as document
	}
}
