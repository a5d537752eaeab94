# METADATA
# title: Containers with ports have a readiness probe
# description: >-
#   A Service sends connections to a pod as soon as its containers run, unless a readiness probe says that they
#   do not serve yet, or no longer. Only containers that declare a port are judged.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
#   description: Configure liveness, readiness and startup probes
# custom:
#   id: workload/readiness-probe
#   severity: low
#   remediation: "Add a `readinessProbe` that succeeds once the program can serve a request."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.readiness_probe

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	workload.long_running
	some container in (workload.main_containers & workload.whole_containers)
	document.unset(container, ["readinessProbe"])
	ports := object.get(container, "ports", null)
	is_array(ports)
	count(ports) > 0
	msg := sprintf("%s: %s serves a port and has no readiness probe", [
		document.subject,
		workload.container_name(container),
	])
}
