# METADATA
# title: Services take no addresses that are not theirs
# description: >-
#   With `externalIPs` a Service gets the traffic of the cluster to these addresses, whoever they belong to:
#   that of other programs is read that way (CVE-2020-8554).
# related_resources:
# - ref: https://github.com/kubernetes/kubernetes/issues/97076
#   description: CVE-2020-8554
# custom:
#   id: network/external-ips
#   severity: high
#   remediation: >-
#     Use a Service of type LoadBalancer, or refuse the field by admission control and leave it out.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
#     mitre: ["T1557"]
package kubernetes.network.external_ips

import data.kubernetes.lib.document

deny contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	some address in input.spec.externalIPs
	msg := sprintf("%s: takes the traffic to `%v`", [document.subject, address])
}
