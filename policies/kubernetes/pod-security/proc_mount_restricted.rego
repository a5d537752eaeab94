# METADATA
# title: Parts of /proc stay masked, in user namespaces too
# description: >-
#   Since v1.35 the Pod Security Standard `baseline` lets pods in a user namespace of their
#   own mount `/proc` unmasked. `restricted` does not. (Before, the check of `baseline` says
#   so.)
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "/proc Mount Type (v1.35+)"
# custom:
#   id: pod-security/proc-mount-restricted
#   severity: high
#   remediation: >-
#     Remove `securityContext.procMount`, or set it to `Default`.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.proc_mount_restricted

import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.procMount_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.procMount_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}
