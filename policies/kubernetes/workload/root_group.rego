# METADATA
# title: Containers are not in the root group
# description: >-
#   Files that the root group may read or write are open to a process of that group, in the image, in volumes,
#   and on the node after a break-out. The setting is explicit here: a user without a group gets that
#   of the image.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   description: Configure a security context
# custom:
#   id: workload/root-group
#   severity: low
#   remediation: "Set `runAsGroup`, `fsGroup` and `supplementalGroups` to IDs other than 0."
#   frameworks:
#     nsa: ["Pod security: non-root containers"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.root_group

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	not workload.windows
	workload.pod_spec.securityContext.runAsGroup == 0
	inherited
	msg := sprintf("%s: the pod runs as group 0, that of root", [document.subject])
}

warn contains msg if {
	some container in workload.containers
	not workload.windows
	not root(container)
	container.securityContext.runAsGroup == 0
	msg := sprintf("%s: %s runs as group 0, that of root", [
		document.subject,
		workload.container_name(container),
	])
}

warn contains msg if {
	not workload.windows
	workload.pod_spec.securityContext.fsGroup == 0
	msg := sprintf("%s: the volumes of the pod belong to group 0, that of root", [document.subject])
}

warn contains msg if {
	not workload.windows
	some group in workload.pod_spec.securityContext.supplementalGroups
	group == 0
	msg := sprintf("%s: the pod is in group 0, that of root, too", [document.subject])
}

inherited if {
	some container in workload.containers
	document.unset(container, ["securityContext", "runAsGroup"])
	not root(container)
}

# Whoever is root needs no group for it: `workload/run-as-non-root` reports that.
root(container) if object.get(container, ["securityContext", "runAsUser"], null) == 0

root(container) if {
	document.unset(container, ["securityContext", "runAsUser"])
	object.get(workload.pod_spec, ["securityContext", "runAsUser"], null) == 0
}
