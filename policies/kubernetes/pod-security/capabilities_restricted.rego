# METADATA
# title: Containers drop all capabilities
# description: >-
#   The Pod Security Standard `restricted` asks every container to drop `ALL` capabilities
#   since v1.22, and lets it add `NET_BIND_SERVICE` back. Windows pods are let off since
#   v1.25.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Capabilities (v1.22+)"
# custom:
#   id: pod-security/capabilities-restricted
#   severity: high
#   remediation: >-
#     Set `securityContext.capabilities.drop: ["ALL"]` on every container, and remove from
#     `capabilities.add` everything but `NET_BIND_SERVICE`.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     cis: ["5.2.8", "5.2.9"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.capabilities_restricted

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security
import data.kubernetes.pod_security.capabilities_baseline

deny contains finding if {
	violation := pod_security.enforced.capabilities_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.capabilities_restricted
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure(
	"unrestricted capabilities",
	concat("; ", array.concat(missing_text(keeping), adding_text(adding))),
	array.concat(pod.places([], keeping), pod.places([], adding)),
) if {
	not exempt(number, view)
	keeping := [{"name": container.name, "bad": place} |
		some container in view.containers
		not drops_all(container)
		place := pod.at(container.value, ["securityContext", "capabilities", "drop"], container.at)
	]
	adding := capabilities_baseline.adding(view.containers, {"NET_BIND_SERVICE"})
	count(keeping) + count(adding) > 0
}

exempt(number, view) if {
	number >= 25
	pod.windows(view)
}

drops_all(container) if {
	list := container.security.capabilities.drop
	is_array(list)
	"ALL" in list
}

missing_text(keeping) := [sprintf("%s must set securityContext.capabilities.drop=[\"ALL\"]", [pod.names(keeping)]) |
	count(keeping) > 0
]

adding_text(adding) := [sprintf("%s must not include %s in securityContext.capabilities.add", [
	pod.names(adding),
	pod.quoted(sort({name | some container in adding; some name in container.names})),
]) |
	count(adding) > 0
]
