# METADATA
# title: Containers cannot gain privileges
# description: >-
#   Unless `allowPrivilegeEscalation` is `false`, a process can gain more privileges than its
#   parent has, through a setuid binary for example. Windows has no such setting, and a
#   privileged container can in any case.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Privilege Escalation (v1.8+)"
# custom:
#   id: workload/privilege-escalation
#   severity: high
#   remediation: "Set `securityContext.allowPrivilegeEscalation: false` on every container."
#   frameworks:
#     cis: ["5.2.6"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1548"]
package kubernetes.workload.privilege_escalation

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not workload.privileged(container)
	container.securityContext.allowPrivilegeEscalation == true
	msg := sprintf("%s: %s allows privilege escalation", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	some container in workload.whole_containers
	not workload.windows
	not workload.privileged(container)
	document.unset(container, ["securityContext", "allowPrivilegeEscalation"])
	msg := sprintf("%s: %s does not set `allowPrivilegeEscalation: false`", [
		document.subject,
		workload.container_name(container),
	])
}
