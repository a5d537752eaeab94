# METADATA
# title: Roles do not connect to pods through the API server
# description: >-
#   Port forwarding and the proxy of the API server lead to the ports of pods, from inside of the pod or from the
#   control plane, past the NetworkPolicies that other clients are held to. Debug ports and administration pages
#   that listen on the address of the pod itself only are among them.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/
#   description: Use port forwarding to access applications
# - ref: https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/
#   description: Access services running on clusters
# custom:
#   id: rbac/pod-access
#   severity: medium
#   remediation: >-
#     Leave `pods/portforward`, `pods/proxy` and `services/proxy` out of the role, or name the pods and services
#     in `resourceNames`.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.pod_access

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "pods/portforward"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "get"})
	msg := rbac.finding(i, "forwards ports of all pods", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"pods/proxy", "services/proxy"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "delete", "get", "patch", "update"})
	msg := rbac.finding(i, "reaches ports of all pods", verbs, resource)
}
