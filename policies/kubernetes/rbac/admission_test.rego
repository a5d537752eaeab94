package kubernetes.rbac.admission_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.admission

test_webhooks_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 controls what every webhook sees and changes: `%s` on `%s`", [kind, verb, resource])
				admission.deny == {msg} with input as fixtures.role(kind, fixtures.rule("admissionregistration.k8s.io", resource, verb))
				admission.warn == set() with input as fixtures.role(kind, fixtures.rule("admissionregistration.k8s.io", resource, verb))
			}
		}
	}
}

test_policies_are_denied if {
	every kind in ["ClusterRole"] {
		every resource in ["mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "validatingadmissionpolicies", "validatingadmissionpolicybindings"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 lifts admission policies: `%s` on `%s`", [kind, verb, resource])
				admission.deny == {msg} with input as fixtures.role(kind, fixtures.rule("admissionregistration.k8s.io", resource, verb))
				admission.warn == set() with input as fixtures.role(kind, fixtures.rule("admissionregistration.k8s.io", resource, verb))
			}
		}
	}
}

test_gatekeeper_is_a_warning if {
	every kind in ["ClusterRole"] {
		every resource in ["constrainttemplates"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 lifts policies of Gatekeeper: `%s` on `%s`", [kind, verb, resource])
				admission.warn == {msg} with input as fixtures.role(kind, fixtures.rule("templates.gatekeeper.sh", resource, verb))
				admission.deny == set() with input as fixtures.role(kind, fixtures.rule("templates.gatekeeper.sh", resource, verb))
			}
		}
	}
}

test_kyverno_is_a_warning if {
	every kind in ["ClusterRole", "Role"] {
		every resource in ["clusterpolicies", "policies", "policyexceptions"] {
			every verb in ["create", "delete", "deletecollection", "patch", "update", "*"] {
				msg := sprintf("%s ops: rule 1 lifts policies of Kyverno: `%s` on `%s`", [kind, verb, resource])
				admission.warn == {msg} with input as fixtures.role(kind, fixtures.rule("kyverno.io", resource, verb))
				admission.deny == set() with input as fixtures.role(kind, fixtures.rule("kyverno.io", resource, verb))
			}
		}
	}
}

test_several_verbs_are_one_finding if {
	msg := "ClusterRole ops: rule 1 controls what every webhook sees and changes: `create`, `delete` on `mutatingwebhookconfigurations`"
	admission.deny == {msg} with input as fixtures.role("ClusterRole", {"apiGroups": ["apps", "admissionregistration.k8s.io"], "resources": ["mutatingwebhookconfigurations"], "verbs": ["delete", "create"]})
}

test_every_group_counts if {
	count(admission.deny) == 1 with input as fixtures.role("ClusterRole", fixtures.rule("*", "mutatingwebhookconfigurations", "create"))
}

test_other_rules_pass if {
	every rule in [
		fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "get"),
		fixtures.rule("other.example", "mutatingwebhookconfigurations", "create"),
		fixtures.rule("admissionregistration.k8s.io", "validatingadmissionpolicies/status", "create"),
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
		object.union(fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"), {"resourceNames": ["one"]}),
	] {
		admission.deny == set() with input as fixtures.role("ClusterRole", rule)
		admission.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_an_empty_list_of_names_is_none if {
	every names in [[], null] {
		count(admission.deny) == 1 with input as fixtures.role(
			"ClusterRole",
			object.union(fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"), {"resourceNames": names}),
		)
	}
}

test_default_roles_pass if {
	admission.deny == set() with input as fixtures.default_role(fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"))
	admission.warn == set() with input as fixtures.default_role(fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"))
}

test_the_label_alone_makes_no_default_role if {
	count(admission.deny) == 1 with input as fixtures.labelled_role(fixtures.rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		admission.deny == set() with input as document
		admission.warn == set() with input as document
	}
}
