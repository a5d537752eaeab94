# METADATA
# title: Containers request and limit their resources
# description: >-
#   Without requests the scheduler places a pod blindly; without a memory limit one container can take
#   the memory of its neighbours, and without a CPU limit their processor time. A limit without a
#   request counts as a request of the same size. Ephemeral containers cannot have resources.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#   description: Resource management for pods and containers
# custom:
#   id: workload/resources
#   severity: medium
#   remediation: >-
#     Set `resources.requests` and `resources.limits` for `cpu` and `memory` on every container.
package kubernetes.workload.resources

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

names := ["cpu", "memory"]

deny contains msg if {
	some container in workload.sized_containers
	some name in names
	document.unset(container, ["resources", "limits", name])
	msg := sprintf("%s: %s has no %s limit", [
		document.subject,
		workload.container_name(container),
		name,
	])
}

deny contains msg if {
	some container in workload.sized_containers
	some name in names
	document.unset(container, ["resources", "requests", name])
	document.unset(container, ["resources", "limits", name])
	msg := sprintf("%s: %s has no %s request", [
		document.subject,
		workload.container_name(container),
		name,
	])
}
