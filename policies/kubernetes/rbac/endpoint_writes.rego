# METADATA
# title: Roles do not lead Services elsewhere
# description: >-
#   Endpoints and EndpointSlices say where the traffic of a Service goes: to any address, also one of another
#   namespace that a NetworkPolicy keeps the Service from (CVE-2021-25740). Kubernetes took the right to write
#   them out of `edit` and `admin` for that reason.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#write-access-for-endpoints
#   description: Using RBAC authorization, "Write access for EndpointSlices and Endpoints"
# custom:
#   id: rbac/endpoint-writes
#   severity: low
#   remediation: Leave the writing verbs to controllers of Services; take a Lease for the election of a leader.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1557"]
package kubernetes.rbac.endpoint_writes

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "endpoints"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "patch", "update"})
	msg := rbac.finding(i, "leads Services to other addresses", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "endpointslices"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "discovery.k8s.io", {"create", "patch", "update"})
	msg := rbac.finding(i, "leads Services to other addresses", verbs, resource)
}
