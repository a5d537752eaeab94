# METADATA
# title: Pods mount no folders of their node
# description: >-
#   The Pod Security Standard `baseline` forbids `hostPath` volumes, by which a pod reads and
#   writes files of its node. At `restricted` the check `restrictedVolumes` takes its place.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "HostPath Volumes"
# custom:
#   id: pod-security/host-path-volumes
#   severity: high
#   remediation: >-
#     Use another kind of volume, such as `persistentVolumeClaim` or `emptyDir`.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.host_path_volumes

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.hostPathVolumes
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.hostPathVolumes
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"hostPath volumes",
	sprintf("%s %s", [pod.plural("volume", bad), pod.quoted([volume.name | some volume in bad])]),
	pod.places([], bad),
) if {
	bad := [{"name": pod.text_in(volume.value, "name"), "bad": place} |
		some volume in view.volumes
		pod.set_in(volume.value, "hostPath")
		place := {"object": volume.value, "key": "hostPath"}
	]
	count(bad) > 0
}
