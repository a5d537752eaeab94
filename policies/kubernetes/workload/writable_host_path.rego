# METADATA
# title: Mounts of node paths are read-only
# description: >-
#   A container that only reads files of its node needs no right to write them. With it, an intruder can
#   plant programs, schedule jobs, or change what other pods read. Sockets and devices are left out:
#   a read-only mount makes no difference there. Paths that steer the node are reported by
#   `workload/sensitive-host-path`.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
#   description: Volumes, "hostPath"
# custom:
#   id: workload/writable-host-path
#   severity: medium
#   remediation: "Set `readOnly: true` on the mount, or use a volume that is not of the node."
#   frameworks:
#     nsa: ["Pod security: immutable file systems"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.writable_host_path

import data.kubernetes.lib.document
import data.kubernetes.lib.host_path
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	some mount in container.volumeMounts
	is_object(mount)
	object.get(mount, "readOnly", null) in {null, false}
	host := host_path.named(object.get(mount, "name", null))
	not host_path.unaffected_by_read_only(host)
	not host_path.steers(host.path)
	msg := sprintf("%s: %s can write the path `%s` of the node, which it mounts at `%v`", [
		document.subject,
		workload.container_name(container),
		host.path,
		object.get(mount, "mountPath", "(nowhere)"),
	])
}
