# METADATA
# title: Containers must run as non-root
# description: >-
#   The Pod Security Standard `restricted` asks for `runAsNonRoot: true` on the pod or on
#   every container, with which the kubelet refuses to start a container as root. Since v1.35
#   pods in a user namespace of their own (`hostUsers: false`) are let off.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Running as Non-root"
# custom:
#   id: pod-security/run-as-non-root
#   severity: high
#   remediation: >-
#     Set `securityContext.runAsNonRoot: true` on the pod, and remove `runAsNonRoot: false`
#     from its containers.
#   frameworks:
#     nsa: ["Pod security: non-root containers"]
#     cis: ["5.2.7"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.run_as_non_root

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.runAsNonRoot
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.runAsNonRoot
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure("runAsNonRoot != true", detail, places) if {
	not exempt(number, view)
	bad_pod := [{"object": view.security, "key": "runAsNonRoot"} | view.security.runAsNonRoot == false]
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		container.security.runAsNonRoot == false
		place := {"object": container.security, "key": "runAsNonRoot"}
	]
	some [detail, places] in [outcome(view, bad_pod, bad)]
}

# outcome(view, pod, containers): what is set to false comes before what is not set.
outcome(view, bad_pod, bad) := [detail, pod.places(bad_pod, bad)] if {
	count(bad_pod) + count(bad) > 0
	detail := sprintf("%s must not set securityContext.runAsNonRoot=false", [pod.setters(bad_pod, bad)])
} else := [detail, pod.places([], lacking)] if {
	not view.security.runAsNonRoot == true
	lacking := [{"name": container.name, "bad": place} |
		some container in view.containers
		not pod.set_in(container.security, "runAsNonRoot")
		place := pod.at(container.value, ["securityContext", "runAsNonRoot"], container.at)
	]
	count(lacking) > 0
	detail := sprintf("pod or %s must set securityContext.runAsNonRoot=true", [pod.names(lacking)])
}

exempt(number, view) if {
	number >= 35
	pod.user_namespace(view)
}
