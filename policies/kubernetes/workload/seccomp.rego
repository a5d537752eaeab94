# METADATA
# title: Containers run under a seccomp profile
# description: >-
#   A seccomp profile takes the system calls away that a container has no use for, and with them the
#   way to many kernel bugs. Without one every call is open. `RuntimeDefault` suits most programs. The
#   pod may set the profile for its containers. Windows has no seccomp, and a privileged
#   container gets no profile.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Seccomp (v1.19+)"
# custom:
#   id: workload/seccomp
#   severity: medium
#   remediation: "Set `securityContext.seccompProfile.type: RuntimeDefault` on the pod."
#   frameworks:
#     cis: ["5.7.2"]
#     nsa: ["Pod security: hardened environments"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.seccomp

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

profiles := {"Localhost", "RuntimeDefault"}

deny contains msg if {
	not workload.windows
	profile := workload.pod_spec.securityContext.seccompProfile.type
	not profile in profiles
	workload.unprivileged_inherits(["securityContext", "seccompProfile", "type"])
	msg := sprintf("%s: the pod uses the seccomp profile `%v`", [document.subject, profile])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not workload.privileged(container)
	profile := container.securityContext.seccompProfile.type
	not profile in profiles
	msg := sprintf("%s: %s uses the seccomp profile `%v`", [
		document.subject,
		workload.container_name(container),
		profile,
	])
}

deny contains msg if {
	some container in workload.whole_containers
	not workload.windows
	not workload.privileged(container)
	document.unset(container, ["securityContext", "seccompProfile", "type"])
	document.unset(workload.pod_spec, ["securityContext", "seccompProfile", "type"])
	msg := sprintf("%s: %s has no seccomp profile, and neither has its pod", [
		document.subject,
		workload.container_name(container),
	])
}
