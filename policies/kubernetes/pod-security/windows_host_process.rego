# METADATA
# title: Windows pods are no host processes
# description: >-
#   The Pod Security Standard `baseline` forbids `hostProcess: true`, which makes a Windows
#   container a process of its node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "HostProcess"
# custom:
#   id: pod-security/windows-host-process
#   severity: critical
#   remediation: >-
#     Remove `windowsOptions.hostProcess` from the pod and its containers.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.windows_host_process

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.windowsHostProcess
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.windowsHostProcess
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"hostProcess",
	sprintf("%s must not set securityContext.windowsOptions.hostProcess=true", [pod.setters(bad_pod, bad)]),
	pod.places(bad_pod, bad),
) if {
	bad_pod := [{"object": view.security.windowsOptions, "key": "hostProcess"} |
		view.security.windowsOptions.hostProcess == true
	]
	bad := [{"name": container.name, "bad": place} |
		some container in view.containers
		container.security.windowsOptions.hostProcess == true
		place := {"object": container.security.windowsOptions, "key": "hostProcess"}
	]
	count(bad_pod) + count(bad) > 0
}
