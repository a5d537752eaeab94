# METADATA
# title: Namespaces deny traffic by default
# description: >-
#   A pod that no NetworkPolicy selects talks to everything, and everything to it. A policy with an
#   empty pod selector isolates every pod of a namespace, so that each connection needs a rule. One
#   such policy is wanted in each direction, and none beside it that allows everything again. The
#   policies are those of the whole run. The namespaces of the control plane are left alone, and those for
#   which there are policies of Cilium, Calico or of the whole cluster, which say more than is read here.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies
#   description: Network policies, "Default policies"
# custom:
#   id: network/default-deny
#   severity: high
#   remediation: >-
#     Add a NetworkPolicy to the namespace with `podSelector: {}` and `policyTypes: [Ingress, Egress]`,
#     then one for each connection that is needed; DNS is the first.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.default_deny

import data.kubernetes.lib.namespace
import data.kubernetes.lib.network

deny contains msg if {
	name := namespace.name
	not network.not_modelled(name)
	not network.denied_by_default(name, "Ingress")
	msg := sprintf("namespace %s does not deny incoming traffic by default", [name])
}

deny contains msg if {
	name := namespace.name
	not network.not_modelled(name)
	not network.denied_by_default(name, "Egress")
	msg := sprintf("namespace %s does not deny outgoing traffic by default", [name])
}
