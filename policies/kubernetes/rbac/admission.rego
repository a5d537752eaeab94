# METADATA
# title: Roles do not change admission control
# description: >-
#   A webhook sees every object that it asks for, Secrets among them, and changes it before it is stored; whoever
#   deletes a webhook or a ValidatingAdmissionPolicy lifts what it enforces. Rules that name their configurations
#   pass. For the policies of Gatekeeper and Kyverno it is a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks
#   description: Role Based Access Control good practices, "Control admission webhooks"
# custom:
#   id: rbac/admission
#   severity: high
#   remediation: >-
#     Leave the writing verbs out, or name the configurations that the program looks after in `resourceNames`,
#     with `get`, `update` and `patch`.
#   frameworks:
#     cis: ["5.1.12"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1562"]
package kubernetes.rbac.admission

import data.kubernetes.lib.rbac

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "admissionregistration.k8s.io", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "controls what every webhook sees and changes", verbs, resource)
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "validatingadmissionpolicies", "validatingadmissionpolicybindings"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "admissionregistration.k8s.io", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "lifts admission policies", verbs, resource)
}

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "constrainttemplates"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "templates.gatekeeper.sh", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "lifts policies of Gatekeeper", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterpolicies", "policies", "policyexceptions"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "kyverno.io", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "lifts policies of Kyverno", verbs, resource)
}
