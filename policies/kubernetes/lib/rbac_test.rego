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
