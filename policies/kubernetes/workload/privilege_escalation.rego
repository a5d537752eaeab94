# METADATA
# title: Containers cannot gain privileges
# description: >-
#   Unless `allowPrivilegeEscalation` is `false`, a process can gain more privileges than its
#   parent has, through a setuid binary for example. Windows has no such setting.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Privilege Escalation (v1.8+)"
# custom:
#   id: workload/privilege-escalation
#   severity: high
#   remediation: "Set `securityContext.allowPrivilegeEscalation: false` on every container."
package kubernetes.workload.privilege_escalation

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	not workload.windows
	container.securityContext.allowPrivilegeEscalation == true
	msg := sprintf("%s: %s allows privilege escalation", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	document.unset(container, ["securityContext", "allowPrivilegeEscalation"])
	msg := sprintf("%s: %s does not set `allowPrivilegeEscalation: false`", [
		document.subject,
		workload.container_name(container),
	])
}
