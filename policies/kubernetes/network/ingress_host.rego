# METADATA
# title: Ingresses name their hosts
# description: >-
#   A rule without a host answers for every name that leads to the controller, and one for `*.example.com` for
#   each name below it: also for names that belong to other teams and have no rule of their own.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
#   description: Ingress, "Hostname wildcards"
# custom:
#   id: network/ingress-host
#   severity: low
#   remediation: List the hosts, one rule for each.
#   frameworks:
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.ingress_host

import data.kubernetes.lib.document
import data.kubernetes.lib.network

warn contains msg if {
	network.ingress
	some rule in input.spec.rules
	is_object(rule)
	object.get(rule, "host", null) in {null, "", "*"}
	msg := sprintf("%s: a rule is for every host", [document.subject])
}

warn contains msg if {
	network.ingress
	some rule in input.spec.rules
	is_string(rule.host)
	startswith(rule.host, "*.")
	msg := sprintf("%s: a rule is for all hosts `%s`", [document.subject, rule.host])
}
