# METADATA
# title: Pods mount no sensitive paths of their node
# description: >-
#   Some paths of a node are as good as the node. `/`, `/etc` and `/root` hold keys, the folders of the kubelet and
#   of container runtimes the secrets and files of all pods, `/proc` what every process knows, and `/var/log` shows any
#   file through a symbolic link. Others decide what the node runs, such as `/usr/bin`, `/opt/cni` and `/sys`: these
#   count where a container can write them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
#   description: Volumes, "hostPath"
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "HostPath Volumes"
# custom:
#   id: workload/sensitive-host-path
#   severity: critical
#   remediation: >-
#     Remove the volume. Where an agent must read the node, mount the one folder below that it needs, with
#     `readOnly: true`, and keep the agent in a namespace of its own.
#   frameworks:
#     cis: ["5.2.12"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611", "T1552.001"]
package kubernetes.workload.sensitive_host_path

import data.kubernetes.lib.document
import data.kubernetes.lib.host_path
import data.kubernetes.lib.workload

deny contains msg if {
	some volume in workload.volumes
	path := volume.hostPath.path
	host_path.sensitive(volume)
	msg := sprintf("%s: %s mounts the sensitive path `%s` of the node", [
		document.subject,
		workload.volume_name(volume),
		path,
	])
}
