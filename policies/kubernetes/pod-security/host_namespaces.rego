# METADATA
# title: Pods do not share the namespaces of their node
# description: >-
#   The Pod Security Standard `baseline` forbids `hostNetwork`, `hostPID` and `hostIPC`, which
#   take the walls between a pod and its node down.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Host Namespaces"
# custom:
#   id: pod-security/host-namespaces
#   severity: high
#   remediation: >-
#     Remove `hostNetwork`, `hostPID` and `hostIPC` from the pod spec.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     cis: ["5.2.3", "5.2.4", "5.2.5"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.host_namespaces

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.hostNamespaces
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.hostNamespaces
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"host namespaces",
	concat(", ", [sprintf("%s=true", [place.key]) | some place in places]),
	places,
) if {
	places := [{"object": view.spec, "key": field} |
		some field in ["hostNetwork", "hostPID", "hostIPC"]
		view.spec[field] == true
	]
	count(places) > 0
}
