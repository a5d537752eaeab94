# METADATA
# title: SELinux keeps containers apart
# description: >-
#   The Pod Security Standard `baseline` lets a pod choose an SELinux type for containers
#   (`container_t`, `container_init_t`, `container_kvm_t`, and `container_engine_t` since
#   v1.31), and no SELinux user or role.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "SELinux"
# custom:
#   id: pod-security/se-linux-options
#   severity: medium
#   remediation: >-
#     Remove `user` and `role` from `seLinuxOptions`, and use a type for containers or none.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.se_linux_options

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.seLinuxOptions
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.seLinuxOptions
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# types(number) are the allowed types of a minor version.
types(number) := {"", "container_t", "container_init_t", "container_kvm_t"} if number < 31

types(number) := {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"} if number >= 31

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure(
	"seLinuxOptions",
	sprintf("%s set forbidden securityContext.seLinuxOptions: %s", [
		pod.setters(bad_pod, bad),
		concat("; ", what(array.concat(bad_pod, bad))),
	]),
	pod.places([found.bad | some found in bad_pod], bad),
) if {
	permitted := types(number)
	bad_pod := [found | some found in bad_options(view.security, permitted)]
	bad := [object.union(found, {"name": container.name}) |
		some container in view.containers
		some found in bad_options(container.security, permitted)
	]
	count(bad_pod) + count(bad) > 0
}

# bad_options(security, permitted) has one member where the options of a security context are forbidden.
bad_options(security, permitted) := [{"types": types, "fields": fields, "bad": places[0]} |
	options := security.seLinuxOptions
	types := {type |
		type := pod.text_in(options, "type")
		not type in permitted
	}
	fields := {field |
		some field in ["user", "role"]
		pod.text_in(options, field) != ""
	}
	places := array.concat(
		[{"object": options, "key": "type"} | count(types) > 0],
		[{"object": options, "key": field} | some field in ["user", "role"]; field in fields],
	)
	count(places) > 0
]

what(bad) := array.concat(
	[sprintf("%s %s", [pod.plural("type", types), pod.quoted(sort(types))]) |
		types := {type | some found in bad; some type in found.types}
		count(types) > 0
	],
	[sprintf("%s may not be set", [field]) |
		some field in ["user", "role"]
		some_has(bad, field)
	],
)

some_has(bad, field) if {
	some found in bad
	field in found.fields
}
