# METADATA
# title: Pods do not reach the container runtime of their node
# description: >-
#   Whoever can write to the socket of Docker, containerd or CRI-O can start a privileged container of their own,
#   past the API server and everything that is checked there. Mounting it read-only does not help: a socket is no
#   file that is written to.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
#   description: Volumes, "hostPath"
# - ref: https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/check-if-dockershim-removal-affects-you/
#   description: How to find workloads that use Docker's socket
# custom:
#   id: workload/runtime-socket
#   severity: critical
#   remediation: >-
#     Remove the volume. Build images with a builder that needs no daemon, and read metrics and logs of containers
#     from the kubelet.
#   frameworks:
#     cis: ["5.2.12"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1610", "T1611"]
package kubernetes.workload.runtime_socket

import data.kubernetes.lib.document
import data.kubernetes.lib.host_path
import data.kubernetes.lib.workload

deny contains msg if {
	some volume in workload.volumes
	path := volume.hostPath.path
	host_path.runtime(path)
	msg := sprintf("%s: %s gives the pod the container runtime of the node, by `%s`", [
		document.subject,
		workload.volume_name(volume),
		path,
	])
}
