package kubernetes.rbac.secrets_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.secrets

test_cluster_roles_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["secrets"] {
			every verb in ["get", "list", "watch", "*"] {
				msg := sprintf("%s ops: rule 1 reads all Secrets: `%s` on `%s`", [kind, verb, resource])
				secrets.deny == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				secrets.warn == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_roles_of_the_control_plane_are_denied if {
	every kind in ["Role"] {
		every resource in ["secrets"] {
			every verb in ["get", "list", "watch", "*"] {
				msg := sprintf("%s kube-system/ops: rule 1 reads all Secrets of the control plane: `%s` on `%s`", [kind, verb, resource])
				secrets.deny == {msg} with input as fixtures.system_role(fixtures.rule("", resource, verb))
				secrets.warn == set() with input as fixtures.system_role(fixtures.rule("", resource, verb))
			}
		}
	}
}

test_roles_are_a_warning if {
	every kind in ["Role"] {
		every resource in ["secrets"] {
			every verb in ["get", "list", "watch", "*"] {
				msg := sprintf("%s ops: rule 1 reads all Secrets of its namespace: `%s` on `%s`", [kind, verb, resource])
				secrets.warn == {msg} with input as fixtures.role(kind, fixtures.rule("", resource, verb))
				secrets.deny == set() with input as fixtures.role(kind, fixtures.rule("", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 reads all Secrets: `get`, `list` on `secrets`"
	secrets.deny == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", ""], "resources": ["secrets"], "verbs": ["list", "get"]})
}

test_every_group_counts if {
	count(secrets.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "secrets", "get"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("", "secrets", "create"),
		fixtures.rule("other.example", "secrets", "get"),
		fixtures.rule("", "configmaps", "get"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("", "secrets", "get"), {"resourceNames": ["one"]}),
	] {
		secrets.deny == set() with input as fixtures.role("ClusterRole", rule)
		secrets.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(secrets.deny) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("", "secrets", "get"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	secrets.deny == set() with input as fixtures.default_role(fixtures.rule("", "secrets", "get"))
	secrets.warn == set() with input as fixtures.default_role(fixtures.rule("", "secrets", "get"))
}

test_the_label_alone_makes_no_default_role if {
	count(secrets.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("", "secrets", "get"))
}

test_a_cluster_role_that_is_bound_in_namespaces_is_a_warning if {
	document := fixtures.role("ClusterRole", fixtures.rule("", "secrets", "get"))
	msg := "ClusterRole ops: rule 1 reads all Secrets of the namespaces where it is bound: `get` on `secrets`"
	secrets.warn == {msg} with input as document with data.inventory as fixtures.bound_in("shop")
	secrets.deny == set() with input as document with data.inventory as fixtures.bound_in("shop")
	count(secrets.deny) > 0 with input as document with data.inventory as fixtures.bound_everywhere
}

test_a_cluster_role_that_is_bound_in_kube_system_is_denied if {
	document := fixtures.role("ClusterRole", fixtures.rule("", "secrets", "get"))
	msg := "ClusterRole ops: rule 1 reads all Secrets of the control plane: `get` on `secrets`"
	secrets.deny == {msg} with input as document with data.inventory as fixtures.bound_in("kube-system")
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		secrets.deny == set() with input as document
		secrets.warn == set() with input as document
	}
}
