# METADATA
# title: Rules of policies are for a direction that the policy has
# description: >-
#   `policyTypes` says which directions a policy is for; rules of the other one do nothing. Without
#   `policyTypes`, an empty list of egress rules does nothing either: it is taken for none.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource
#   description: Network policies, "The NetworkPolicy resource"
# custom:
#   id: network/inert-rules
#   severity: medium
#   remediation: >-
#     Add the direction to `policyTypes`, or remove the rules.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.inert_rules

import data.kubernetes.lib.document
import data.kubernetes.lib.network

fields := {"egress": "Egress", "ingress": "Ingress"}

deny contains msg if {
	network.policy
	some field, direction in fields
	is_array(input.spec.policyTypes)
	count(input.spec.policyTypes) > 0
	not direction in input.spec.policyTypes
	is_array(input.spec[field])
	count(input.spec[field]) > 0
	msg := sprintf("%s: has %s rules, but `policyTypes` is without `%s`", [document.subject, field, direction])
}

deny contains msg if {
	network.policy
	input.spec.egress == []
	object.get(input.spec, "policyTypes", null) in {null, []}
	msg := sprintf("%s: `egress: []` isolates nothing without `policyTypes: [Egress]`", [document.subject])
}
