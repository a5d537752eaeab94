# METADATA
# title: Containers have a read-only root filesystem
# description: >-
#   With a read-only root filesystem an intruder can neither change the program nor leave tools
#   behind. What the program has to write goes to a volume. Windows does not support the setting.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   description: Configure a security context for a pod or container
# custom:
#   id: workload/read-only-root-filesystem
#   severity: medium
#   remediation: >-
#     Set `securityContext.readOnlyRootFilesystem: true`, and mount an `emptyDir` volume at each
#     folder that the program writes to, `/tmp` for example.
#   frameworks:
#     cis: ["5.7.3"]
#     nsa: ["Pod security: immutable file systems"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.read_only_root_filesystem

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	not workload.windows
	container.securityContext.readOnlyRootFilesystem == false
	msg := sprintf("%s: %s can write its root filesystem", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	some container in workload.whole_containers
	not workload.windows
	document.unset(container, ["securityContext", "readOnlyRootFilesystem"])
	msg := sprintf("%s: %s does not set `readOnlyRootFilesystem: true`", [
		document.subject,
		workload.container_name(container),
	])
}
