# METADATA
# title: Mounts do not spread to the node
# description: >-
#   With `mountPropagation: Bidirectional` whatever a container mounts is mounted on the node too, and in
#   every pod that shares the volume. Only drivers of storage need that.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#mount-propagation
#   description: Volumes, "Mount propagation"
# custom:
#   id: workload/mount-propagation
#   severity: high
#   remediation: "Remove `mountPropagation`, or set it to `HostToContainer` to see what the node mounts."
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.mount_propagation

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	some mount in container.volumeMounts
	mount.mountPropagation == "Bidirectional"
	msg := sprintf("%s: mounts that %s makes at `%v` spread to the node", [
		document.subject,
		workload.container_name(container),
		object.get(mount, "mountPath", "(nowhere)"),
	])
}
