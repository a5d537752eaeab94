# METADATA
# title: Seccomp stays on
# description: >-
#   The Pod Security Standard `baseline` lets a pod choose the runtime's default seccomp
#   profile or one of the node's, and nothing that takes seccomp away: by the alpha
#   annotations before v1.19, by fields since then.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Seccomp"
# custom:
#   id: pod-security/seccomp-profile-baseline
#   severity: medium
#   remediation: >-
#     Set `seccompProfile.type` to `RuntimeDefault` or `Localhost`, or remove it.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.seccomp_profile_baseline

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.seccompProfile_baseline
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.seccompProfile_baseline
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

types := {"Localhost", "RuntimeDefault"}

pod_key := "seccomp.security.alpha.kubernetes.io/pod"

container_prefix := "container.seccomp.security.alpha.kubernetes.io/"

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := annotated(view) if number < 19

failure(number, view) := fields(view) if number >= 19

annotated(view) := pod.failure(
	"seccompProfile",
	sprintf("forbidden %s %s", [pod.plural("annotation", texts), concat(", ", sort(texts))]),
	[{"object": view.annotations, "key": key} | some key in bad],
) if {
	keys := array.concat([pod_key], [sprintf("%s%s", [container_prefix, container.name]) |
		some container in view.containers
	])
	bad := [key |
		some key in keys
		value := view.annotations[key]
		is_string(value)
		not allowed(value)
	]
	count(bad) > 0
	texts := {sprintf("%s=%q", [key, view.annotations[key]]) | some key in bad}
}

allowed("runtime/default")

allowed("docker/default")

allowed(value) if startswith(value, "localhost/")

fields(view) := set_badly(bad_profile(view.spec, view.place), bad_containers(view))

# set_badly(pod, containers) is what to say of profiles that are set to something bad; undefined without any.
set_badly(bad_pod, bad) := pod.failure(
	"seccompProfile",
	sprintf("%s must not set securityContext.seccompProfile.type to %s", [
		pod.setters(bad_pod, bad),
		pod.quoted(sort({found.type | some found in array.concat(bad_pod, bad)})),
	]),
	pod.places([found.bad | some found in bad_pod], bad),
) if {
	count(bad_pod) + count(bad) > 0
}

bad_containers(view) := [{"name": container.name, "type": found.type, "bad": found.bad} |
	some container in view.containers
	some found in bad_profile(container.value, container.at)
]

# bad_profile(owner, otherwise) has one member where a pod spec or container sets a bad profile.
bad_profile(owner, otherwise) := [{"type": type, "bad": place} |
	pod.set_in(owner.securityContext, "seccompProfile")
	type := pod.text_in(owner.securityContext.seccompProfile, "type")
	not type in types
	place := pod.at(owner, ["securityContext", "seccompProfile", "type"], otherwise)
]
