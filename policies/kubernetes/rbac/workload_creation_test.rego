package kubernetes.rbac.workload_creation_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.workload_creation

test_pods_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["pods", "replicationcontrollers"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 makes or changes workloads: `%s` on `%s`", [kind, verb, resource])
				workload_creation.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_controllers_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["daemonsets", "deployments", "replicasets", "statefulsets"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 makes or changes workloads: `%s` on `%s`", [kind, verb, resource])
				workload_creation.warn == {msg} with input as fixtures.role(kind, fixtures.rule("apps", resource, verb))
			}
		}
	}
}

test_jobs_are_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["cronjobs", "jobs"] {
			every verb in ["create", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 makes or changes workloads: `%s` on `%s`", [kind, verb, resource])
				workload_creation.warn == {msg} with input as fixtures.role(kind, fixtures.rule("batch", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 makes or changes workloads: `create`, `patch` on `pods`"
	workload_creation.warn == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["pods"], "verbs": ["patch", "create"]})
}

test_every_group_counts if {
	count(workload_creation.warn) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "pods", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "pods", "get"),
		fixtures.rule("other.example", "pods", "create"),
		fixtures.rule("", "services", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "pods", "create"), {"resourceNames": ["one"]}),
	] {
		workload_creation.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(workload_creation.warn) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "pods", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	workload_creation.warn == set() with input as fixtures.default_role(fixtures.rule("", "pods", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(workload_creation.warn) == 1 with input as fixtures.labelled_role(fixtures.rule("", "pods", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		workload_creation.warn == set() with input as document
	}
}
