package kubernetes.rbac.ineffective_rule_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.ineffective_rule

test_groups_are_a_warning if {
	every group in ["v1", "apps/v1", "core", "rbac.authorization.k8s.io/v1"] {
		msg := sprintf("Role ops: rule 1: `%s` is no API group", [group])
		ineffective_rule.warn == {msg} with input as fixtures.role("Role", fixtures.rule(group, "widgets", "get"))
	}
}

test_verbs_are_a_warning if {
	every verb in ["GET", "List", "post", "read"] {
		msg := sprintf("Role ops: rule 1: `%s` is no verb of resources", [verb])
		ineffective_rule.warn == {msg} with input as fixtures.role("Role", fixtures.rule("", "pods", verb))
	}
}

test_methods_on_paths_pass if {
	rule := {"nonResourceURLs": ["/logs"], "verbs": ["post", "put"]}
	ineffective_rule.warn == set() with input as fixtures.role("ClusterRole", rule)
}

test_names_of_kubectl_are_a_warning if {
	names := [["", "po", "pods"], ["apps", "deploy", "deployments"], ["", "Secrets", "secrets"], ["*", "pod", "pods"], ["apps", "deployments.apps", "deployments"]]
	every name in names {
		msg := sprintf("ClusterRole ops: rule 1: there is no resource `%s`: it is `%s`", [name[1], name[2]])
		ineffective_rule.warn == {msg} with input as fixtures.role("ClusterRole", fixtures.rule(name[0], name[1], "get"))
	}
}

test_other_groups_are_a_warning if {
	msg := "Role ops: rule 1: `deployments` is not in the API group `batch` but in `apps`"
	ineffective_rule.warn == {msg} with input as fixtures.role("Role", fixtures.rule("batch", "deployments", "get"))
	sub := "Role ops: rule 1: `pods/exec` is not in the API group `apps` but in `\"\"`"
	ineffective_rule.warn == {sub} with input as fixtures.role("Role", fixtures.rule("apps", "pods/exec", "get"))
}

test_a_group_that_is_gone_is_a_warning if {
	rule := {"apiGroups": ["extensions"], "resources": ["deployments", "ingresses"], "verbs": ["get"]}
	msg := "Role ops: rule 1: the API group `extensions` is no more: its resources are in `apps`, `networking.k8s.io`"
	ineffective_rule.warn == {msg} with input as fixtures.role("Role", rule)
	alone := "Role ops: rule 1: the API group `extensions` is no more"
	ineffective_rule.warn == {alone} with input as fixtures.role("Role", fixtures.rule("extensions", "widgets", "get"))
}

test_one_group_of_several_is_enough if {
	rule := {"apiGroups": ["extensions", "apps"], "resources": ["deployments", "replicasets"], "verbs": ["get"]}
	ineffective_rule.warn == set() with input as fixtures.role("Role", rule)
}

test_groups_of_others_pass if {
	rules := [
		fixtures.rule("metrics.k8s.io", "pods", "get"),
		fixtures.rule("serving.knative.dev", "services", "get"),
		fixtures.rule("*", "services", "get"),
		fixtures.rule("pipelines.kubeflow.org", "runs", "readArtifact"),
	]
	every rule in rules {
		ineffective_rule.warn == set() with input as fixtures.role("Role", rule)
	}
}

test_resources_of_the_cluster_in_a_role_are_a_warning if {
	msg := "Role ops: rule 1: `nodes` is in no namespace, so that a Role cannot grant it"
	ineffective_rule.warn == {msg} with input as fixtures.role("Role", fixtures.rule("", "nodes", "get"))
	ineffective_rule.warn == set() with input as fixtures.role("ClusterRole", fixtures.rule("", "nodes", "get"))
}

test_what_has_an_effect_in_a_role_passes if {
	rules := [
		fixtures.rule("", "namespaces", "get"),
		fixtures.rule("rbac.authorization.k8s.io", "clusterroles", "bind"),
		fixtures.rule("metrics.k8s.io", "nodes", "get"),
		fixtures.rule("", "pods/log", "get"),
	]
	every rule in rules {
		ineffective_rule.warn == set() with input as fixtures.role("Role", rule)
	}
}

test_hollow_rules_pass if {
	every rule in [{}, {"resources": null, "verbs": null, "apiGroups": null}, {"resources": [null, 7, {}], "verbs": [null, 7], "apiGroups": [null, 7]}] {
		ineffective_rule.warn == set() with input as fixtures.role("Role", rule)
	}
}

test_other_documents_pass if {
	every document in fixtures.others {
		ineffective_rule.warn == set() with input as document
	}
}
