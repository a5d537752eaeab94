# METADATA
# title: Roles do not change the status of Services
# description: >-
#   Whoever writes the addresses of a load balancer into the status of a Service gets the traffic that pods and
#   nodes send to those addresses (CVE-2020-8554). Only the controller that makes load balancers has to.
# related_resources:
# - ref: https://github.com/kubernetes/kubernetes/issues/97076
#   description: CVE-2020-8554
# custom:
#   id: rbac/service-status
#   severity: low
#   remediation: Leave `services/status` to the cloud provider and to controllers of load balancers.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1557"]
package kubernetes.rbac.service_status

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "services/status"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"patch", "update"})
	msg := rbac.finding(i, "sends the traffic of others elsewhere", verbs, resource)
}
