# METADATA
# title: Ingresses bring no configuration of the proxy
# description: >-
#   Annotations of ingress-nginx that end in `-snippet` become part of the configuration of the proxy as they
#   are. Whoever may write an Ingress reads the token of the controller that way, and with it all Secrets
#   (CVE-2021-25742); the controller refuses them unless an administrator allowed them.
# related_resources:
# - ref: https://github.com/kubernetes/kubernetes/issues/126811
#   description: CVE-2024-7646 and CVE-2021-25742, annotations of ingress-nginx
# custom:
#   id: network/ingress-snippet
#   severity: high
#   remediation: >-
#     Use the annotations that are for the purpose, or the ConfigMap of the controller; keep `allow-snippet-
#     annotations` off.
#   frameworks:
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K06"]
#     mitre: ["T1190"]
package kubernetes.network.ingress_snippet

import data.kubernetes.lib.document
import data.kubernetes.lib.network

deny contains msg if {
	network.ingress
	some annotation, value in input.metadata.annotations
	is_string(annotation)
	regex.match(`^nginx\.(ingress\.kubernetes\.io/[a-z-]+-snippet|org/[a-z-]+-snippets)$`, annotation)
	is_string(value)
	value != ""
	msg := sprintf("%s: the annotation `%s` becomes configuration of the proxy", [document.subject, annotation])
}
