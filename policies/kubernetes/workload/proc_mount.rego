# METADATA
# title: Containers see a masked /proc
# description: >-
#   The container runtime hides the parts of `/proc` that tell about the node or change it.
#   `procMount: Unmasked` shows them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "/proc Mount Type"
# custom:
#   id: workload/proc-mount
#   severity: high
#   remediation: "Remove `securityContext.procMount`, or set it to `Default`."
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.proc_mount

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	not workload.windows
	container.securityContext.procMount == "Unmasked"
	msg := sprintf("%s: %s has an unmasked `/proc`", [
		document.subject,
		workload.container_name(container),
	])
}
