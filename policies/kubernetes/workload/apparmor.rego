# METADATA
# title: Containers run under an AppArmor profile
# description: >-
#   Where a node has AppArmor, every container gets the profile of the container runtime, which keeps it from
#   mounting, from writing below `/proc` and `/sys`, and more. `Unconfined` takes the profile away. The
#   profile is set in the security context, and in annotations before Kubernetes 1.30.
# related_resources:
# - ref: https://kubernetes.io/docs/tutorials/security/apparmor/
#   description: Restrict a container's access to resources with AppArmor
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "AppArmor"
# custom:
#   id: workload/apparmor
#   severity: high
#   remediation: >-
#     Remove the setting, or use `RuntimeDefault`, or a profile of the node by `Localhost`.
#   frameworks:
#     cis: ["5.7.3"]
#     nsa: ["Pod security: hardened environments"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.apparmor

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	not workload.windows
	workload.pod_spec.securityContext.appArmorProfile.type == "Unconfined"
	workload.unprivileged_inherits(["securityContext", "appArmorProfile", "type"])
	msg := sprintf("%s: the pod turns AppArmor off", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not workload.privileged(container)
	container.securityContext.appArmorProfile.type == "Unconfined"
	msg := sprintf("%s: %s turns AppArmor off", [
		document.subject,
		workload.container_name(container),
	])
}

deny contains msg if {
	some annotation, profile in workload.annotations
	profile == "unconfined"
	not workload.windows
	some container in workload.containers
	annotation == sprintf("container.apparmor.security.beta.kubernetes.io/%v", [object.get(container, "name", "")])
	up_to_annotation(container)
	msg := sprintf("%s: %s turns AppArmor off", [
		document.subject,
		workload.container_name(container),
	])
}

up_to_annotation(container) if {
	not workload.privileged(container)
	document.unset(container, ["securityContext", "appArmorProfile", "type"])
}
