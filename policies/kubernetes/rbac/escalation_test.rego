package kubernetes.rbac.escalation_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.escalation

group := "rbac.authorization.k8s.io"

test_escalate_and_bind_are_denied if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["clusterroles", "roles"] {
			every verb in ["bind", "escalate", "*"] {
				msg := sprintf("%s ops: rule 1 grants more than its subjects have: `%s` on `%s`", [kind, verb, resource])
				escalation.deny == {msg} with input as fixtures.role(kind, fixtures.rule(group, resource, verb))
			}
		}
	}
}

named(verb, names) := object.union(fixtures.rule(group, "clusterroles", verb), {"resourceNames": names})

test_escalate_is_denied_by_name if {
	count(escalation.deny) == 1 with input as fixtures.role("ClusterRole", named("escalate", ["ops"]))
}

test_bind_of_administrators_is_denied if {
	msg := "ClusterRole ops: rule 1 binds the role `cluster-admin`: `bind` on `clusterroles`"
	escalation.deny == {msg} with input as fixtures.role("ClusterRole", named("bind", ["view", "cluster-admin"]))
}

test_others_pass if {
	rules := [
		named("bind", ["view"]),
		fixtures.rule(group, "clusterroles", "update"),
		fixtures.rule(group, "rolebindings", "bind"),
		fixtures.rule("", "clusterroles", "bind"),
		{"nonResourceURLs": ["/x"], "verbs": ["*"]},
	]
	every rule in rules {
		escalation.deny == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_default_roles_pass if {
	escalation.deny == set() with input as fixtures.default_role(fixtures.rule(group, "clusterroles", "escalate"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		escalation.deny == set() with input as document
	}
}
