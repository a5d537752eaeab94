package kubernetes.rbac.pod_exec_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.pod_exec

test_commands_in_a_cluster_role_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["pods/attach", "pods/exec"] {
			every verb in ["create", "get", "*"] {
				msg := sprintf("%s ops: rule 1 runs commands in all pods: `%s` on `%s`", [kind, verb, resource])
				pod_exec.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				pod_exec.warn == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_debug_containers_in_a_cluster_role_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["pods/ephemeralcontainers"] {
			every verb in ["patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 adds containers to all pods: `%s` on `%s`", [kind, verb, resource])
				pod_exec.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				pod_exec.warn == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_commands_in_a_role_are_a_warning if {
	every kind in ["Role"] {
		every resource in ["pods/attach", "pods/exec"] {
			every verb in ["create", "get", "*"] {
				msg := sprintf("%s ops: rule 1 runs commands in all pods of its namespace: `%s` on `%s`", [kind, verb, resource])
				pod_exec.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				pod_exec.deny == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_debug_containers_in_a_role_are_a_warning if {
	every kind in ["Role"] {
		every resource in ["pods/ephemeralcontainers"] {
			every verb in ["patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 adds containers to all pods of its namespace: `%s` on `%s`", [kind, verb, resource])
				pod_exec.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				pod_exec.deny == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 runs commands in all pods: `create`, `get` on `pods/exec`"
	pod_exec.deny == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["pods/exec"], "verbs": ["get", "create"]})
}

test_every_group_counts if {
	count(pod_exec.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "pods/exec", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "pods/exec", "list"),
		fixtures.rule("other.example", "pods/exec", "create"),
		fixtures.rule("", "pods/log", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "pods/exec", "create"), {"resourceNames": ["one"]}),
	] {
		pod_exec.deny == set() with input as fixtures.role("ClusterRole", rule)
		pod_exec.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(pod_exec.deny) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "pods/exec", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	pod_exec.deny == set() with input as fixtures.default_role(fixtures.rule("", "pods/exec", "create"))
	pod_exec.warn == set() with input as fixtures.default_role(fixtures.rule("", "pods/exec", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(pod_exec.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("", "pods/exec", "create"))
}

test_a_cluster_role_that_is_bound_in_namespaces_is_a_warning if {
	document := fixtures.role("ClusterRole", fixtures.rule("", "pods/exec", "get"))
	msg := "ClusterRole ops: rule 1 runs commands in all pods of the namespaces where it is bound: `get` on `pods/exec`"
	pod_exec.warn == {msg} with input as document with data.inventory as fixtures.bound_in("shop")
	pod_exec.deny == set() with input as document with data.inventory as fixtures.bound_in("shop")
	count(pod_exec.deny) > 0 with input as document with data.inventory as fixtures.bound_everywhere
}

test_in_kube_system_it_is_denied if {
	msg := "Role kube-system/ops: rule 1 runs commands in all pods: `get` on `pods/exec`"
	pod_exec.deny == {msg} with input as fixtures.system_role(fixtures.rule("", "pods/exec", "get"))
	count(pod_exec.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("", "pods/exec", "get")) with data.inventory as fixtures.bound_in("kube-system")
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		pod_exec.deny == set() with input as document
		pod_exec.warn == set() with input as document
	}
}
