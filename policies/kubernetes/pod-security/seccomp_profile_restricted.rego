# METADATA
# title: Containers run under a seccomp profile
# description: >-
#   The Pod Security Standard `restricted` asks for the seccomp profile `RuntimeDefault` or
#   `Localhost` on the pod or on every container since v1.19. Windows pods are let off since
#   v1.25.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Seccomp (v1.19+)"
# custom:
#   id: pod-security/seccomp-profile-restricted
#   severity: medium
#   remediation: >-
#     Set `securityContext.seccompProfile.type: RuntimeDefault` on the pod, and remove other
#     profiles from its containers.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.seccomp_profile_restricted

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security
import data.kubernetes.pod_security.seccomp_profile_baseline

deny contains finding if {
	violation := pod_security.enforced.seccompProfile_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.seccompProfile_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := outcome(
	view,
	seccomp_profile_baseline.bad_profile(view.spec, view.place),
	seccomp_profile_baseline.bad_containers(view),
) if {
	not exempt(number, view)
}

exempt(number, view) if {
	number >= 25
	pod.windows(view)
}

# outcome(view, pod, containers): what is set badly comes before what is not set.
outcome(view, bad_pod, bad) := seccomp_profile_baseline.set_badly(bad_pod, bad) if {
	count(bad_pod) + count(bad) > 0
} else := lacking(view) if {
	not pod.set_in(view.security, "seccompProfile")
}

lacking(view) := pod.failure(
	"seccompProfile",
	sprintf(
		"pod or %s must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
		[pod.names(bad)],
	),
	pod.places([], bad),
) if {
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		not pod.set_in(container.security, "seccompProfile")
		place := pod.at(container.value, ["securityContext", "seccompProfile"], container.at)
	]
	count(bad) > 0
}
