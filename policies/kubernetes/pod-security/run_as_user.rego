# METADATA
# title: Containers do not run as user 0
# description: >-
#   The Pod Security Standard `restricted` forbids `runAsUser: 0`, which is root, since v1.23.
#   Since v1.35 pods in a user namespace of their own (`hostUsers: false`) are let off.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Running as Non-root user (v1.23+)"
# custom:
#   id: pod-security/run-as-user
#   severity: high
#   remediation: >-
#     Remove `runAsUser: 0`, or set another number.
#   frameworks:
#     nsa: ["Pod security: non-root containers"]
#     cis: ["5.2.7"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.run_as_user

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.runAsUser
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.runAsUser
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure(
	"runAsUser=0",
	sprintf("%s must not set runAsUser=0", [pod.setters(bad_pod, bad)]),
	pod.places(bad_pod, bad),
) if {
	not exempt(number, view)
	bad_pod := [{"object": view.security, "key": "runAsUser"} | view.security.runAsUser == 0]
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		container.security.runAsUser == 0
		place := {"object": container.security, "key": "runAsUser"}
	]
	count(bad_pod) + count(bad) > 0
}

exempt(number, view) if {
	number >= 35
	pod.user_namespace(view)
}
