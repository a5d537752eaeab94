# METADATA
# title: Containers run as a user that the node does not have
# description: >-
#   User IDs of a container are those of its node. IDs below 10000 are where distributions put their system
#   accounts and the first people, so that a process that breaks out may own files there. Root is reported
#   by `workload/run-as-non-root`.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   description: Configure a security context
# custom:
#   id: workload/user-id
#   severity: low
#   remediation: "Set `runAsUser` to an ID of 10000 or above."
#   frameworks:
#     nsa: ["Pod security: non-root containers"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.user_id

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	not workload.windows
	user := workload.pod_spec.securityContext.runAsUser
	low(user)
	workload.inherits(["securityContext", "runAsUser"])
	msg := sprintf("%s: the pod runs as user %v, whom the node may have too", [document.subject, user])
}

warn contains msg if {
	some container in workload.containers
	not workload.windows
	user := container.securityContext.runAsUser
	low(user)
	msg := sprintf("%s: %s runs as user %v, whom the node may have too", [
		document.subject,
		workload.container_name(container),
		user,
	])
}

low(user) if {
	is_number(user)
	user > 0
	user < 10000
}
