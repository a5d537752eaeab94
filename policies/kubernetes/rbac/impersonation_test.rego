package kubernetes.rbac.impersonation_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.impersonation

impersonate(group, resource) := fixtures.rule(group, resource, "impersonate")

test_identities_are_denied if {
	some_identities := [["", "users"], ["", "groups"], ["", "serviceaccounts"], ["authentication.k8s.io", "uids"], ["authentication.k8s.io", "userextras/scopes"]]
	every identity in some_identities {
		msg := sprintf("ClusterRole ops: rule 1 acts as anybody else: `impersonate` on `%s`", [identity[1]])
		rule := impersonate(identity[0], identity[1])
		impersonation.deny == {msg} with input as fixtures.role("ClusterRole", rule)
		impersonation.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_every_verb_on_users_is_denied if {
	count(impersonation.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "users", "*"))
}

test_every_verb_on_service_accounts_passes if {
	every kind in ["ClusterRole", "Role"] {
		impersonation.deny == set() with input as fixtures.role(kind, fixtures.rule("", "serviceaccounts", "*"))
		impersonation.warn == set() with input as fixtures.role(kind, fixtures.rule("", "serviceaccounts", "*"))
	}
}

test_administrators_are_denied_by_name if {
	rule := object.union(impersonate("", "groups"), {"resourceNames": ["developers", "system:masters"]})
	msg := "ClusterRole ops: rule 1 acts as `system:masters`: `impersonate` on `groups`"
	impersonation.deny == {msg} with input as fixtures.role("ClusterRole", rule)
}

test_other_names_pass if {
	rule := object.union(impersonate("", "groups"), {"resourceNames": ["developers"]})
	impersonation.deny == set() with input as fixtures.role("ClusterRole", rule)
}

test_service_accounts_of_a_namespace_are_a_warning if {
	msg := "Role ops: rule 1 acts as all ServiceAccounts of its namespace: `impersonate` on `serviceaccounts`"
	impersonation.warn == {msg} with input as fixtures.role("Role", impersonate("", "serviceaccounts"))
	impersonation.deny == set() with input as fixtures.role("Role", impersonate("", "serviceaccounts"))
}

test_constrained_impersonation_is_a_warning if {
	pairs := [
		["impersonate:user-info", "users"],
		["impersonate:user-info", "userextras/scopes"],
		["impersonate:serviceaccount", "serviceaccounts"],
		["impersonate:arbitrary-node", "nodes"],
	]
	every pair in pairs {
		msg := sprintf("ClusterRole ops: rule 1 acts as anybody else, within limits: `%s` on `%s`", pair)
		rule := fixtures.rule("authentication.k8s.io", pair[1], pair[0])
		impersonation.warn == {msg} with input as fixtures.role("ClusterRole", rule)
		impersonation.deny == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_others_pass if {
	rules := [
		fixtures.rule("authentication.k8s.io", "nodes", "impersonate:associated-node"),
		fixtures.rule("", "pods", "impersonate-on:user-info:list"),
		fixtures.rule("", "nodes", "impersonate:arbitrary-node"),
		object.union(fixtures.rule("authentication.k8s.io", "nodes", "impersonate:arbitrary-node"), {"resourceNames": ["one"]}),
		fixtures.rule("", "serviceaccounts", "get"),
		fixtures.rule("user.openshift.io", "users", "*"),
	]
	every rule in rules {
		impersonation.deny == set() with input as fixtures.role("ClusterRole", rule)
		impersonation.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_default_roles_pass if {
	impersonation.deny == set() with input as fixtures.default_role(impersonate("", "users"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		impersonation.deny == set() with input as document
		impersonation.warn == set() with input as document
	}
}
