# METADATA
# title: Roles do not approve certificates of the cluster
# description: >-
#   A client certificate of the signer `kubernetes.io/kube-apiserver-client` can name any user, and groups too.
#   Whoever approves requests for it, or signs them, becomes anybody; nothing revokes the certificate. Approving
#   takes `approve` on the signer and `update` on `certificatesigningrequests/approval`: without a rule for
#   signers, the latter is a warning. Rules that name signers of their own pass.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#csrs-and-certificate-issuing
#   description: Role Based Access Control good practices, "CSRs and certificate issuing"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
#   description: Certificates and certificate signing requests, authorization
# custom:
#   id: rbac/certificates
#   severity: high
#   remediation: Name the signers in `resourceNames`, none of `kubernetes.io/` among them.
#   frameworks:
#     cis: ["5.1.11"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1098"]
package kubernetes.rbac.certificates

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	resource == "signers"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "certificates.k8s.io", {"approve", "sign"})
	msg := rbac.finding(i, "issues certificates of all signers", verbs, resource)
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some name in rule.resourceNames
	is_string(name)
	startswith(name, "kubernetes.io/")
	"signers" in rbac.list(rule, "resources")
	verbs := rbac.granted(rule, "certificates.k8s.io", {"approve", "sign"})
	msg := sprintf("%s: rule %d issues certificates of the cluster: %s on the signer `%s`", [document.subject, i + 1, verbs, name])
}

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	resource == "certificatesigningrequests/approval"
	verbs := rbac.granted(rule, "certificates.k8s.io", {"patch", "update"})
	not has_signers
	msg := rbac.finding(i, "approves certificates", verbs, resource)
}

has_signers if {
	some rule in rbac.rules
	"signers" in rbac.list(rule, "resources")
}
