# METADATA
# title: Roles do not act as others
# description: >-
#   Whoever may impersonate a user, a group or a ServiceAccount has all that those are allowed; the group
#   system:masters is allowed everything. Rules that name whom they act as pass, unless it is an administrator.
#   The verbs of constrained impersonation, such as `impersonate:user-info`, give no more than what `impersonate-
#   on` verbs allow, and are a warning, as is `impersonate` in a Role.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#impersonate-verb
#   description: Role Based Access Control good practices, "Impersonate verb"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
#   description: User impersonation
# custom:
#   id: rbac/impersonation
#   severity: high
#   remediation: Take the rule out, or name the users, groups or ServiceAccounts in `resourceNames`.
#   frameworks:
#     cis: ["5.1.8"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.impersonation

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

identities := {
	"": {"groups", "serviceaccounts", "users"},
	"authentication.k8s.io": {"uids", "userextras"},
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	some group, resources in identities
	split(resource, "/")[0] in resources
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, group, {"impersonate"})
	acting(verbs, resource)
	msg := rbac.finding(i, "acts as anybody else", verbs, resource)
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	resource in {"groups", "users"}
	some name in rule.resourceNames
	name in administrators
	verbs := rbac.granted(rule, "", {"impersonate"})
	msg := sprintf("%s: rule %d acts as `%s`: %s on `%s`", [document.subject, i + 1, name, verbs, resource])
}

warn contains msg if {
	input.kind == "Role"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	resource == "serviceaccounts"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"impersonate"})
	acting(verbs, resource)
	msg := rbac.finding(i, "acts as all ServiceAccounts of its namespace", verbs, resource)
}

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	some verb, resources in constrained
	split(resource, "/")[0] in resources
	rbac.unnamed(rule)
	verb in rule.verbs
	rbac.in_group(rule, "authentication.k8s.io")
	msg := rbac.finding(i, "acts as anybody else, within limits", rbac.quoted([verb]), resource)
}

# The verb `*` on ServiceAccounts is reported as a wildcard: nobody means impersonation by it.
acting(_, resource) if resource != "serviceaccounts"

acting(verbs, "serviceaccounts") if contains(verbs, "impersonate")

constrained := {
	"impersonate:arbitrary-node": {"nodes"},
	"impersonate:serviceaccount": {"serviceaccounts"},
	"impersonate:user-info": {"groups", "uids", "userextras", "users"},
}

administrators := {
	"kubeadm:cluster-admins",
	"kubernetes-admin",
	"system:admin",
	"system:kube-controller-manager",
	"system:masters",
}
