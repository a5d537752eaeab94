# METADATA
# title: resourceNames are names
# description: >-
#   Kubernetes compares `resourceNames` with the names of objects letter by letter. `my-app-*` is no pattern:
#   there is no object of that name, and the rule grants nothing. `*` does not stand for all either: no
#   `resourceNames` do. Signers of certificates are the exception: `example.com/*` stands for all signers of a
#   domain.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
#   description: Using RBAC authorization, "Referring to resources"
# custom:
#   id: rbac/resource-name-pattern
#   severity: medium
#   remediation: List the names in full, or leave `resourceNames` out where the rule is for all objects.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.resource_name_pattern

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	some name in rule.resourceNames
	is_string(name)
	regex.match(`[*?\[\]{}|^$]`, name)
	not signer(rule, name)
	msg := sprintf("%s: rule %d: the resource name `%s` is no pattern and matches nothing", [document.subject, i + 1, name])
}

signer(rule, name) if {
	endswith(name, "/*")
	"signers" in rbac.list(rule, "resources")
}
