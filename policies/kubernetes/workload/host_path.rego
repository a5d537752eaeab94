# METADATA
# title: Pods mount no paths of their node
# description: >-
#   A hostPath volume takes the pod out of its isolation: it sees files of the node and of other pods,
#   and what it writes outlives it. Sockets of container runtimes and sensitive paths have checks of
#   their own.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
#   description: Volumes, "hostPath"
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "HostPath Volumes"
# custom:
#   id: workload/host-path
#   severity: medium
#   remediation: >-
#     Use a `persistentVolumeClaim`, an `emptyDir`, a `configMap` or a CSI volume; a `local`
#     PersistentVolume where the data must lie on the node.
#   frameworks:
#     cis: ["5.2.12"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.host_path

import data.kubernetes.lib.document
import data.kubernetes.lib.host_path
import data.kubernetes.lib.workload

deny contains msg if {
	some volume in workload.volumes
	path := volume.hostPath.path
	not host_path.runtime(path)
	not host_path.sensitive(volume)
	msg := sprintf("%s: %s mounts the path `%v` of the node", [
		document.subject,
		workload.volume_name(volume),
		path,
	])
}
