package kubernetes.rbac.invalid_subject_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.invalid_subject

role := fixtures.cluster_role("view")

cluster(subject) := fixtures.binding("ClusterRoleBinding", role, [subject])

test_no_namespace_is_denied if {
	msg := "ClusterRoleBinding ops: ServiceAccount web has no namespace"
	invalid_subject.deny == {msg} with input as cluster({"kind": "ServiceAccount", "name": "web"})
	invalid_subject.deny == {msg} with input as cluster({"kind": "ServiceAccount", "name": "web", "namespace": ""})
	invalid_subject.deny == {msg} with input as cluster({"kind": "ServiceAccount", "name": "web", "namespace": null})
}

test_no_namespace_for_either_is_a_warning if {
	msg := "ClusterRoleBinding ops: ServiceAccount web has no namespace"
	inventory := {"cluster": {"v1": {"ServiceAccount": {"web": {}}}}}
	invalid_subject.warn == {msg} with input as cluster({"kind": "ServiceAccount", "name": "web"}) with data.inventory as inventory
	invalid_subject.deny == set() with input as cluster({"kind": "ServiceAccount", "name": "web"}) with data.inventory as inventory
	invalid_subject.warn == set() with input as cluster({"kind": "ServiceAccount", "name": "other"}) with data.inventory as inventory
}

test_the_namespace_of_a_role_binding_is_meant if {
	invalid_subject.deny == set() with input as fixtures.binding("RoleBinding", role, [{"kind": "ServiceAccount", "name": "web"}])
}

test_api_groups_are_denied if {
	account := {"kind": "ServiceAccount", "name": "web", "namespace": "shop", "apiGroup": "rbac.authorization.k8s.io"}
	invalid_subject.deny == {"ClusterRoleBinding ops: ServiceAccount shop/web has the apiGroup `rbac.authorization.k8s.io`, ServiceAccounts have none"} with input as cluster(account)
	every kind in ["Group", "User"] {
		subject := {"kind": kind, "name": "alice", "apiGroup": "v1"}
		msg := sprintf("ClusterRoleBinding ops: %s alice has the apiGroup `v1`, not rbac.authorization.k8s.io", [kind])
		invalid_subject.deny == {msg} with input as cluster(subject)
	}
}

test_kinds_are_denied if {
	msg := "ClusterRoleBinding ops: the subject `web` has the kind `Pod`, which is none of User, Group and ServiceAccount"
	invalid_subject.deny == {msg} with input as cluster({"kind": "Pod", "name": "web"})
}

test_no_name_is_denied if {
	every name in ["", null] {
		invalid_subject.deny == {"ClusterRoleBinding ops: a User among the subjects has no name"} with input as cluster({"kind": "User", "name": name})
	}
}

test_names_of_another_kind_are_denied if {
	names := [
		["User", "system:authenticated", "Group"],
		["User", "system:serviceaccounts:shop", "Group"],
		["Group", "system:anonymous", "User"],
		["Group", "system:serviceaccount:shop:web", "User"],
	]
	every name in names {
		msg := sprintf("ClusterRoleBinding ops: there is no %s %s: `%s` is a %s", [name[0], name[1], name[1], name[2]])
		invalid_subject.deny == {msg} with input as cluster({"kind": name[0], "name": name[1]})
	}
	count(invalid_subject.deny) == 1 with input as cluster({"kind": "ServiceAccount", "name": "system:serviceaccount:shop:web", "namespace": "shop"})
}

test_subjects_pass if {
	subjects := [
		{"kind": "ServiceAccount", "name": "web", "namespace": "shop"},
		{"kind": "ServiceAccount", "name": "web", "namespace": "shop", "apiGroup": ""},
		{"kind": "User", "name": "alice", "apiGroup": "rbac.authorization.k8s.io"},
		{"kind": "User", "name": "system:serviceaccount:shop:web"},
		{"kind": "Group", "name": "system:serviceaccounts:shop", "apiGroup": ""},
		{"kind": "Group", "name": "admins", "apiGroup": null},
	]
	every subject in subjects {
		invalid_subject.deny == set() with input as cluster(subject)
	}
}

test_hollow_bindings_pass if {
	documents := [
		{"kind": "ClusterRoleBinding"},
		{"kind": "ClusterRoleBinding", "subjects": null},
		{"kind": "ClusterRoleBinding", "subjects": [null, "text", 7, [], {}]},
		{"kind": "ClusterRoleBinding", "subjects": [{"kind": null, "name": null}, {"kind": 7}]},
	]
	every document in array.concat(documents, fixtures.others) {
		invalid_subject.deny == set() with input as document
	}
}
