# METADATA
# title: Containers do not run as root
# description: >-
#   A process that runs as root in its container is root on the node as soon as it breaks out, and can
#   write every file of its image until then. `runAsNonRoot: true` makes the kubelet refuse to start
#   such a container, and `runAsUser` starts it as that user; both may be set on the pod, and a container
#   may override them. A user ID of 0 is root, whatever else is set. On Windows the user's name counts, not
#   its number.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Running as Non-root" and "Running as Non-root user"
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   description: Configure a security context
# custom:
#   id: workload/run-as-non-root
#   severity: high
#   remediation: >-
#     Set `securityContext.runAsNonRoot: true` on the pod, give the image a numeric `USER` other than
#     0 or set `runAsUser` to one, and remove settings to the contrary from its containers.
#   frameworks:
#     cis: ["5.2.7"]
#     nsa: ["Pod security: non-root containers"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.run_as_non_root

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

# Whoever is sure to be root is reported as that alone.
deny contains msg if {
	not workload.windows
	workload.pod_spec.securityContext.runAsUser == 0
	workload.inherits(["securityContext", "runAsUser"])
	msg := sprintf("%s: the pod runs as user 0, which is root", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	container.securityContext.runAsUser == 0
	msg := sprintf("%s: %s runs as user 0, which is root", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	workload.windows
	is_administrator(workload.pod_spec.securityContext.windowsOptions.runAsUserName)
	workload.inherits(["securityContext", "windowsOptions", "runAsUserName"])
	msg := sprintf("%s: the pod runs as `ContainerAdministrator`", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	workload.windows
	is_administrator(container.securityContext.windowsOptions.runAsUserName)
	msg := sprintf("%s: %s runs as `ContainerAdministrator`", [
		document.subject,
		workload.container_name(container),
	])
}

# Who is not: it depends on the image.
deny contains msg if {
	workload.pod_spec.securityContext.runAsNonRoot == false
	up_to_image
	msg := sprintf("%s: the pod allows its containers to run as root", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	container.securityContext.runAsNonRoot == false
	not user(container)
	msg := sprintf("%s: %s may run as root", [document.subject, workload.container_name(container)])
}

deny contains msg if {
	some container in workload.whole_containers
	document.unset(container, ["securityContext", "runAsNonRoot"])
	document.unset(workload.pod_spec, ["securityContext", "runAsNonRoot"])
	not user(container)
	msg := sprintf("%s: %s does not set `runAsNonRoot: true`, and neither does its pod", [
		document.subject,
		workload.container_name(container),
	])
}

# A container leaves it to the pod whether it may be root, and nothing says as which user it runs.
up_to_image if {
	some container in workload.containers
	document.unset(container, ["securityContext", "runAsNonRoot"])
	not user(container)
}

# user(container) is the user that the container runs as, where the manifest says it.
user(container) := effective(container, ["securityContext", "runAsUser"]) if not workload.windows

user(container) := effective(container, ["securityContext", "windowsOptions", "runAsUserName"]) if {
	workload.windows
}

# effective(container, path) is the container's own setting, else the pod's.
effective(container, path) := own if {
	own := object.get(container, path, null)
	own != null
} else := inherited if {
	inherited := object.get(workload.pod_spec, path, null)
	inherited != null
}

is_administrator(name) if {
	is_string(name)
	lower(name) == "containeradministrator"
}
