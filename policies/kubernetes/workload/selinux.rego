# METADATA
# title: Containers keep their SELinux type
# description: >-
#   SELinux keeps containers apart from the node by their type. A type such as `spc_t` or `unconfined_t` gives
#   that up, and a user or role of one's own may. Setting the level alone is fine.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "SELinux"
# custom:
#   id: workload/selinux
#   severity: high
#   remediation: >-
#     Remove `type`, `user` and `role` from `seLinuxOptions`, or use one of the types `container_t`,
#     `container_init_t`, `container_kvm_t` and `container_engine_t`.
#   frameworks:
#     cis: ["5.7.3"]
#     nsa: ["Pod security: hardened environments"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.selinux

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

types := {"", "container_engine_t", "container_init_t", "container_kvm_t", "container_t"}

deny contains msg if {
	not workload.windows
	value := workload.pod_spec.securityContext.seLinuxOptions.type
	not allowed_type(value)
	workload.inherits(["securityContext", "seLinuxOptions"])
	msg := sprintf("%s: the pod has the SELinux type `%v`", [document.subject, value])
}

deny contains msg if {
	not workload.windows
	value := workload.pod_spec.securityContext.seLinuxOptions.user
	not allowed_name(value)
	workload.inherits(["securityContext", "seLinuxOptions"])
	msg := sprintf("%s: the pod has the SELinux user `%v`", [document.subject, value])
}

deny contains msg if {
	not workload.windows
	value := workload.pod_spec.securityContext.seLinuxOptions.role
	not allowed_name(value)
	workload.inherits(["securityContext", "seLinuxOptions"])
	msg := sprintf("%s: the pod has the SELinux role `%v`", [document.subject, value])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	value := container.securityContext.seLinuxOptions.type
	not allowed_type(value)
	msg := sprintf("%s: %s has the SELinux type `%v`", [document.subject, workload.container_name(container), value])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	value := container.securityContext.seLinuxOptions.user
	not allowed_name(value)
	msg := sprintf("%s: %s has the SELinux user `%v`", [document.subject, workload.container_name(container), value])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	value := container.securityContext.seLinuxOptions.role
	not allowed_name(value)
	msg := sprintf("%s: %s has the SELinux role `%v`", [document.subject, workload.container_name(container), value])
}

allowed_type(null)

allowed_type(value) if value in types

allowed_name(null)

allowed_name("")
