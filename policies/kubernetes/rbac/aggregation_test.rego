package kubernetes.rbac.aggregation_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.aggregation

labelled(target, rule) := object.union(fixtures.role("ClusterRole", rule), {"metadata": {"labels": {sprintf("rbac.authorization.k8s.io/aggregate-to-%s", [target]): "true"}}})

test_writing_in_view_is_denied if {
	msg := "ClusterRole ops: the label adds rule 1 to the role `view`, and with it the verb `patch`"
	aggregation.deny == {msg} with input as labelled("view", fixtures.rule("example.com", "widgets", "patch"))
}

test_secrets_in_view_are_denied if {
	every resource in ["secrets", "pods/exec", "*"] {
		msg := sprintf("ClusterRole ops: the label adds rule 1 to the role `view`, and with it `%s`", [resource])
		aggregation.deny == {msg} with input as labelled("view", fixtures.rule("", resource, "get"))
	}
}

test_everything_is_denied if {
	every name in ["admin", "edit"] {
		msg := sprintf("ClusterRole ops: the label adds rule 1 to the role `%s`, and with it everything", [name])
		aggregation.deny == {msg} with input as labelled(name, fixtures.rule("*", "*", "get"))
	}
}

test_handing_out_roles_is_denied if {
	group := "rbac.authorization.k8s.io"
	bind := "ClusterRole ops: the label adds rule 1 to the role `admin`, and with it `bind` on `clusterroles`"
	aggregation.deny == {bind} with input as labelled("admin", fixtures.rule(group, "clusterroles", "bind"))
	write := "ClusterRole ops: the label adds rule 1 to the role `edit`, and with it `create` on `rolebindings`"
	aggregation.deny == {write} with input as labelled("edit", fixtures.rule(group, "rolebindings", "create"))
	aggregation.deny == set() with input as labelled("admin", fixtures.rule(group, "rolebindings", "create"))
}

test_resources_of_operators_pass if {
	aggregation.deny == set() with input as labelled("view", fixtures.rule("example.com", "widgets", "get"))
	aggregation.deny == set() with input as labelled("view", fixtures.rule("example.com", "*", "get"))
	every name in ["admin", "edit"] {
		aggregation.deny == set() with input as labelled(name, fixtures.rule("example.com", "*", "*"))
	}
}

test_another_value_of_the_label_is_none if {
	role := object.union(fixtures.role("ClusterRole", fixtures.rule("", "pods", "patch")), {"metadata": {"labels": {"rbac.authorization.k8s.io/aggregate-to-view": "false"}}})
	aggregation.deny == set() with input as role
}

collecting(selector) := {"kind": "ClusterRole", "metadata": {"name": "ops"}, "aggregationRule": {"clusterRoleSelectors": [selector]}}

test_empty_selectors_are_denied if {
	every selector in [{}, {"matchLabels": {}}, {"matchLabels": null, "matchExpressions": []}] {
		aggregation.deny == {"ClusterRole ops: an empty selector collects the rules of all ClusterRoles"} with input as collecting(selector)
	}
	aggregation.deny == set() with input as collecting({"matchLabels": {"a": "b"}})
}

test_rules_beside_it_are_a_warning if {
	role := object.union(collecting({"matchLabels": {"a": "b"}}), {"rules": [fixtures.rule("", "pods", "get")]})
	aggregation.warn == {"ClusterRole ops: the rules are overwritten by those that `aggregationRule` collects"} with input as role
	aggregation.warn == set() with input as object.union(role, {"rules": []})
	aggregation.warn == set() with input as object.union(role, {"metadata": {"uid": "1"}})
}

test_default_roles_pass if {
	role := object.union(labelled("edit", fixtures.rule("", "*", "get")), {"metadata": {"name": "system:aggregate-to-edit", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
	aggregation.deny == set() with input as role
}

test_hollow_documents_pass if {
	every document in fixtures.hollow {
		aggregation.warn == set() with input as document
		aggregation.deny == set() with input as document
	}
}
