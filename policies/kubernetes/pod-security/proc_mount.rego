# METADATA
# title: Parts of /proc stay masked
# description: >-
#   The Pod Security Standard `baseline` lets containers mount `/proc` as usual only, with
#   what is the kernel's business masked. Since v1.35 pods in a user namespace of their own
#   (`hostUsers: false`) are let off at `baseline`.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "/proc Mount Type"
# custom:
#   id: pod-security/proc-mount
#   severity: high
#   remediation: >-
#     Remove `securityContext.procMount`, or set it to `Default`.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.proc_mount

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.procMount
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.procMount
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := unconditional(view) if not exempt(number, view)

exempt(number, view) if {
	number >= 35
	pod.user_namespace(view)
}

# unconditional(view) is the same whatever the pod's users are.
unconditional(view) := pod.failure(
	"procMount",
	sprintf("%s must not set securityContext.procMount to %s", [
		pod.names(bad),
		pod.quoted(sort({container.type | some container in bad})),
	]),
	pod.places([], bad),
) if {
	bad := [{"name": container.name, "type": type, "bad": place} |
		some container in view.containers
		pod.set_in(container.security, "procMount")
		type := pod.text(container.security.procMount)
		type != "Default"
		place := {"object": container.security, "key": "procMount"}
	]
	count(bad) > 0
}
