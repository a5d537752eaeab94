# METADATA
# title: Containers cannot gain privileges
# description: >-
#   The Pod Security Standard `restricted` asks every container to set
#   `allowPrivilegeEscalation: false` since v1.8, so that no program in it, set-user-ID ones
#   included, gets more privileges than the process that started it. Windows pods are let off
#   since v1.25.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Privilege Escalation (v1.8+)"
# custom:
#   id: pod-security/allow-privilege-escalation
#   severity: high
#   remediation: >-
#     Set `securityContext.allowPrivilegeEscalation: false` on every container.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     cis: ["5.2.6"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.allow_privilege_escalation

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.allowPrivilegeEscalation
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.allowPrivilegeEscalation
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure(
	"allowPrivilegeEscalation != false",
	sprintf("%s must set securityContext.allowPrivilegeEscalation=false", [pod.names(bad)]),
	pod.places([], bad),
) if {
	not exempt(number, view)
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		not container.security.allowPrivilegeEscalation == false
		place := pod.at(
			container.value,
			["securityContext", "allowPrivilegeEscalation"],
			container.at,
		)
	]
	count(bad) > 0
}

exempt(number, view) if {
	number >= 25
	pod.windows(view)
}
