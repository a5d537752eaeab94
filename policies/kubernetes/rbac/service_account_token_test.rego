package kubernetes.rbac.service_account_token_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.service_account_token

test_cluster_roles_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["serviceaccounts/token"] {
			every verb in ["create", "*"] {
				msg := sprintf("%s ops: rule 1 makes tokens of all ServiceAccounts: `%s` on `%s`", [kind, verb, resource])
				service_account_token.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				service_account_token.warn == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_roles_are_a_warning if {
	every kind in ["Role"] {
		every resource in ["serviceaccounts/token"] {
			every verb in ["create", "*"] {
				msg := sprintf("%s ops: rule 1 makes tokens of all ServiceAccounts of its namespace: `%s` on `%s`", [kind, verb, resource])
				service_account_token.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				service_account_token.deny == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_secrets_of_kube_system_are_a_warning if {
	every kind in ["Role"] {
		every resource in ["secrets"] {
			every verb in ["create", "*"] {
				msg := sprintf("%s kube-system/ops: rule 1 makes tokens of ServiceAccounts of the control plane by Secrets: `%s` on `%s`", [kind, verb, resource])
				service_account_token.warn == {msg} with input as fixtures.system_role(fixtures.rule("", resource, verb))
				service_account_token.deny == set() with input as fixtures.system_role(fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 makes tokens of all ServiceAccounts: `*`, `create` on `serviceaccounts/token`"
	service_account_token.deny == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["serviceaccounts/token"], "verbs": ["create", "*"]})
}

test_every_group_counts if {
	count(service_account_token.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "serviceaccounts/token", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "serviceaccounts/token", "get"),
		fixtures.rule("other.example", "serviceaccounts/token", "create"),
		fixtures.rule("", "serviceaccounts", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "serviceaccounts/token", "create"), {"resourceNames": ["one"]}),
	] {
		service_account_token.deny == set() with input as fixtures.role("ClusterRole", rule)
		service_account_token.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(service_account_token.deny) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "serviceaccounts/token", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	service_account_token.deny == set() with input as fixtures.default_role(fixtures.rule("", "serviceaccounts/token", "create"))
	service_account_token.warn == set() with input as fixtures.default_role(fixtures.rule("", "serviceaccounts/token", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(service_account_token.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("", "serviceaccounts/token", "create"))
}

test_a_cluster_role_that_is_bound_in_namespaces_is_a_warning if {
	document := fixtures.role("ClusterRole", fixtures.rule("", "serviceaccounts/token", "create"))
	msg := "ClusterRole ops: rule 1 makes tokens of all ServiceAccounts of the namespaces where it is bound: `create` on `serviceaccounts/token`"
	service_account_token.warn == {msg} with input as document with data.inventory as fixtures.bound_in("shop")
	service_account_token.deny == set() with input as document with data.inventory as fixtures.bound_in("shop")
	count(service_account_token.deny) > 0 with input as document with data.inventory as fixtures.bound_everywhere
}

test_in_kube_system_it_is_denied if {
	msg := "Role kube-system/ops: rule 1 makes tokens of all ServiceAccounts: `create` on `serviceaccounts/token`"
	service_account_token.deny == {msg} with input as fixtures.system_role(fixtures.rule("", "serviceaccounts/token", "create"))
	count(service_account_token.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("", "serviceaccounts/token", "create")) with data.inventory as fixtures.bound_in("kube-system")
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		service_account_token.deny == set() with input as document
		service_account_token.warn == set() with input as document
	}
}
