# METADATA
# title: Containers are not privileged
# description: >-
#   A privileged container has every capability and every device of its node, and the isolation
#   of the container runtime is off: whoever controls the container controls the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Privileged Containers"
# custom:
#   id: workload/privileged
#   severity: critical
#   remediation: >-
#     Remove `securityContext.privileged`, or set it to `false`. Where a container needs one
#     device or one capability, grant that one through a device plugin or `capabilities.add`.
#   frameworks:
#     cis: ["5.2.2"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.privileged

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	container.securityContext.privileged == true
	msg := sprintf("%s: %s is privileged", [document.subject, workload.container_name(container)])
}
