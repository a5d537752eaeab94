package kubernetes.lib.rbac_test

import data.kubernetes.lib.rbac

test_service_accounts if {
	every subject in [
		{"kind": "ServiceAccount", "name": "deployer", "namespace": "shop"},
		{"kind": "ServiceAccount"},
		{"kind": "User", "name": "system:serviceaccount:shop:deployer"},
		{"kind": "Group", "name": "system:serviceaccounts"},
		{"kind": "Group", "name": "system:serviceaccounts:shop"},
	] {
		rbac.service_account(subject)
	}
}

test_others if {
	every subject in [
		{"kind": "User", "name": "alice"},
		{"kind": "User"},
		{"kind": "Group", "name": "system:masters"},
		{"kind": "Group", "name": "system:serviceaccountsx"},
		{"kind": "Group"},
		{},
	] {
		not rbac.service_account(subject)
	}
}

test_words if {
	rbac.words({"kind": "User", "name": "alice"}) == "User alice"
	rbac.words({
		"kind": "ServiceAccount",
		"name": "deployer",
		"namespace": "shop",
	}) == "ServiceAccount shop/deployer"
	rbac.words({}) == "subject (unnamed)"
}

role(labels, name) := {"kind": "ClusterRole", "metadata": {"name": name, "labels": labels}, "rules": [{"verbs": ["get"]}, null, {}]}

default_labels := {"kubernetes.io/bootstrapping": "rbac-defaults"}

test_rules_of_roles if {
	rbac.rules == {0: {"verbs": ["get"]}, 2: {}} with input as role({}, "ops")
	rbac.rules == {} with input as {"kind": "Custom", "rules": [{}]}
	rbac.rules == {} with input as {"kind": "Role"}
}

# The label alone is no proof, and neither is the name.
test_default_roles_have_none if {
	every name in ["view", "system:node", "extension-apiserver-authentication-reader"] {
		rbac.rules == {} with input as role(default_labels, name)
		count(rbac.rules) == 2 with input as role({}, name)
	}
	count(rbac.rules) == 2 with input as role(default_labels, "ops")
}

test_granted if {
	rule := {"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["list", "get", "create"]}
	rbac.granted(rule, "", {"get", "list"}) == "`get`, `list`"
	rbac.granted(rule, "apps", {"create"}) == "`create`"
	not rbac.granted(rule, "batch", {"get"})
	not rbac.granted(rule, "", {"delete"})
	rbac.granted({"apiGroups": ["*"], "verbs": ["*"]}, "batch", {"get"}) == "`*`"
}

# The core group is meant by its name alone.
test_no_group_is_no_group if {
	every rule in [{"verbs": ["get"]}, {"apiGroups": [], "verbs": ["get"]}, {"apiGroups": null, "verbs": ["get"]}] {
		not rbac.granted(rule, "", {"get"})
	}
}

test_unnamed if {
	every rule in [{}, {"resourceNames": []}, {"resourceNames": null}] {
		rbac.unnamed(rule)
	}
	not rbac.unnamed({"resourceNames": ["a"]})
}

test_full_access if {
	full := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
	rbac.full_access(full)
	not rbac.full_access(object.union(full, {"resourceNames": ["a"]}))
	every field in ["apiGroups", "resources", "verbs"] {
		not rbac.full_access(object.union(full, {field: ["a"]}))
		not rbac.full_access(object.remove(full, [field]))
	}
}

test_account if {
	rbac.account({"kind": "ServiceAccount", "name": "a", "namespace": "shop"}) == ["shop", "a"] with input as {"kind": "ClusterRoleBinding"}
	rbac.account({"kind": "User", "name": "system:serviceaccount:shop:a"}) == ["shop", "a"] with input as {"kind": "ClusterRoleBinding"}
	rbac.account({"kind": "ServiceAccount", "name": "a"}) == ["ci", "a"] with input as {"kind": "RoleBinding", "metadata": {"namespace": "ci"}}
	not rbac.account({"kind": "ServiceAccount", "name": "a"}) with input as {"kind": "ClusterRoleBinding"}
	every subject in [{"kind": "User", "name": "a"}, {"kind": "Group", "name": "system:serviceaccount:shop:a"}, {}, {"kind": "ServiceAccount"}] {
		not rbac.account(subject) with input as {"kind": "ClusterRoleBinding"}
	}
}

test_where_a_role_reaches if {
	bound := {"namespace": {"shop": {"rbac.authorization.k8s.io/v1": {"RoleBinding": {"a": {"roleRef": {"kind": "ClusterRole", "name": "ops"}}}}}}}
	rbac.of_cluster with input as role({}, "ops")
	not rbac.of_cluster with input as role({}, "ops") with data.inventory as bound
	rbac.of_namespaces with input as role({}, "ops") with data.inventory as bound
	rbac.of_cluster with input as role({}, "other") with data.inventory as bound
	rbac.of_cluster with input as role({"example.com/aggregate-to-x": "true"}, "ops") with data.inventory as bound
	rbac.of_namespaces with input as {"kind": "Role", "metadata": {"namespace": "shop"}}
	rbac.of_control_plane with input as {"kind": "Role", "metadata": {"namespace": "kube-system"}}
	not rbac.of_namespaces with input as {"kind": "Role", "metadata": {"namespace": "kube-system"}}
}
