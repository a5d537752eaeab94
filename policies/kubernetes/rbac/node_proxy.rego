# METADATA
# title: Roles do not reach the kubelet
# description: >-
#   `nodes/proxy` leads to the API of the kubelet, which runs commands in every pod of the node. Asked directly,
#   it does so without admission control and past the audit log. `get` is no reading verb here: it is enough to
#   run commands.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes
#   description: Role Based Access Control good practices, "Access to proxy subresource of Nodes"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
#   description: Kubelet authentication and authorization
# custom:
#   id: rbac/node-proxy
#   severity: high
#   remediation: >-
#     Grant what is needed: `nodes/metrics` or `nodes/stats` for monitoring, `nodes/log`, `nodes/healthz`,
#     `nodes/pods` or `nodes/configz` for what they say.
#   frameworks:
#     cis: ["5.1.10"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1609"]
package kubernetes.rbac.node_proxy

import data.kubernetes.lib.rbac

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "nodes/proxy"
	verbs := rbac.granted(rule, "", {"create", "delete", "get", "patch", "update"})
	msg := rbac.finding(i, "runs commands in all pods through the kubelet", verbs, resource)
}
