# METADATA
# title: ServiceAccounts have no tokens that last
# description: >-
#   A Secret of the type `kubernetes.io/service-account-token` is filled by Kubernetes with a token that never
#   expires and is bound to no pod. Tokens that pods get, or that are asked for, last an hour or so.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
#   description: ServiceAccount token Secrets
# custom:
#   id: secrets/service-account-token
#   severity: medium
#   remediation: >-
#     Remove the Secret. Pods get a token by themselves; others ask for one with `kubectl create token` or the
#     TokenRequest API.
#   frameworks:
#     nsa: ["Pod security: service account tokens"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
#     mitre: ["T1528"]
package kubernetes.secrets.service_account_token

import data.kubernetes.lib.document

deny contains msg if {
	input.kind == "Secret"
	input.type == "kubernetes.io/service-account-token"
	account := object.get(input, ["metadata", "annotations", "kubernetes.io/service-account.name"], "(unnamed)")
	msg := sprintf("%s: a token of the ServiceAccount `%v` that never expires", [document.subject, account])
}
