# METADATA
# title: Containers are not privileged
# description: >-
#   The Pod Security Standard `baseline` forbids privileged containers: nothing stands between
#   them and their node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Privileged Containers"
# custom:
#   id: pod-security/privileged
#   severity: critical
#   remediation: >-
#     Remove `securityContext.privileged`, and grant the one capability or device that the
#     program needs.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     cis: ["5.2.2"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.privileged

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.privileged
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.privileged
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"privileged",
	sprintf("%s must not set securityContext.privileged=true", [pod.names(bad)]),
	pod.places([], bad),
) if {
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		container.security.privileged == true
		place := {"object": container.security, "key": "privileged"}
	]
	count(bad) > 0
}
