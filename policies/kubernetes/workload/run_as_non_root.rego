# METADATA
# title: Containers do not run as root
# description: >-
#   A process that runs as root in its container is root on the node as soon as it breaks out, and can
#   write every file of its image until then. `runAsNonRoot: true` makes the kubelet refuse to start
#   such a container; it may be set on the pod, and a container may override it. A user ID of 0 is
#   root, whatever else is set.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Running as Non-root" and "Running as Non-root user"
# custom:
#   id: workload/run-as-non-root
#   severity: high
#   remediation: >-
#     Set `securityContext.runAsNonRoot: true` on the pod, give the image a numeric `USER` other than
#     0 or set `runAsUser` to one, and remove settings to the contrary from its containers.
package kubernetes.workload.run_as_non_root

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	workload.pod_spec.securityContext.runAsNonRoot == false
	msg := sprintf("%s: the pod allows its containers to run as root", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	container.securityContext.runAsNonRoot == false
	msg := sprintf("%s: %s may run as root", [document.subject, workload.container_name(container)])
}

deny contains msg if {
	some container in workload.containers
	document.unset(container, ["securityContext", "runAsNonRoot"])
	document.unset(workload.pod_spec, ["securityContext", "runAsNonRoot"])
	msg := sprintf("%s: %s does not set `runAsNonRoot: true`, and neither does its pod", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	workload.pod_spec.securityContext.runAsUser == 0
	msg := sprintf("%s: the pod runs as user 0, which is root", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	container.securityContext.runAsUser == 0
	msg := sprintf("%s: %s runs as user 0, which is root", [
		document.subject,
		workload.container_name(container),
	])
}
