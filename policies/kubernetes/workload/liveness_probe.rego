# METADATA
# title: Containers that run on have a liveness probe
# description: >-
#   A process that hangs is as good as gone, but only a liveness probe tells the kubelet, which then starts the
#   container again. Jobs and init containers end by themselves and need none.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
#   description: Configure liveness, readiness and startup probes
# custom:
#   id: workload/liveness-probe
#   severity: low
#   remediation: >-
#     Add a `livenessProbe` that fails only where a restart would help: it should not ask what the program
#     depends on.
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.liveness_probe

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	workload.long_running
	some container in (workload.main_containers & workload.whole_containers)
	document.unset(container, ["livenessProbe"])
	msg := sprintf("%s: %s has no liveness probe", [
		document.subject,
		workload.container_name(container),
	])
}
