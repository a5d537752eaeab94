# METADATA
# title: AppArmor stays on
# description: >-
#   The Pod Security Standard `baseline` lets a pod choose the runtime's default AppArmor
#   profile or one of the node's, by fields or by annotations, and nothing that takes AppArmor
#   away.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "AppArmor"
# custom:
#   id: pod-security/app-armor-profile
#   severity: medium
#   remediation: >-
#     Set `appArmorProfile.type` to `RuntimeDefault` or `Localhost`, or remove it; remove
#     AppArmor annotations with other values.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.app_armor_profile

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.appArmorProfile
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.appArmorProfile
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

types := {"Localhost", "RuntimeDefault"}

prefix := "container.apparmor.security.beta.kubernetes.io/"

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	pod.plural("forbidden AppArmor profile", values),
	sprintf("%s must not set AppArmor profile type to %s", [
		concat(" and ", array.concat(
			# The annotations are named without their container.
			setters(view_bad, bad),
			[pod.plural("annotation", annotations) | count(annotations) > 0],
		)),
		pod.quoted(values),
	]),
	array.concat(pod.places(view_places, bad), [found.bad | some found in annotations]),
) if {
	view_bad := bad_profile(view.spec, view.place)
	view_places := [found.bad | some found in view_bad]
	bad := [{"name": container.name, "type": found.type, "bad": found.bad} |
		some container in view.containers
		some found in bad_profile(container.value, container.at)
	]
	annotations := [{"text": text, "bad": {"object": view.annotations, "key": key}} |
		some key, value in view.annotations
		startswith(key, prefix)
		is_string(value)
		not allowed(value)
		text := sprintf("%s=%q", [key, value])
	]
	values := array.concat(
		sort({found.type | some found in array.concat(view_bad, bad)}),
		sort([found.text | some found in annotations]),
	)
	count(values) > 0
}

setters(view_bad, bad) := array.concat(
	["pod" | count(view_bad) > 0],
	[pod.names(bad) | count(bad) > 0],
)

bad_profile(owner, otherwise) := [{"type": type, "bad": place} |
	profile := owner.securityContext.appArmorProfile
	profile != null
	type := pod.text_in(profile, "type")
	not type in types
	place := pod.at(owner, ["securityContext", "appArmorProfile", "type"], otherwise)
]

allowed("")

allowed("runtime/default")

allowed(value) if startswith(value, "localhost/")
