# METADATA
# title: Pods have a controller
# description: >-
#   A Pod by itself is not started again on another node where its own fails or is drained, and cannot be rolled
#   out or scaled. Pods that end by themselves, hooks of Helm and Argo CD, and pods that have an owner are
#   left alone.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/overview/#naked-pods-vs-replicasets-deployments-and-jobs
#   description: Configuration best practices, naked Pods
# custom:
#   id: workload/bare-pod
#   severity: low
#   remediation: "Use a Deployment, or a Job for what ends by itself."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.bare_pod

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	workload.bare
	count(workload.whole_containers) > 0
	workload.long_running
	document.unset(input, ["metadata", "annotations", "kubernetes.io/config.mirror"])
	msg := sprintf("%s: the pod has no controller that starts it again on another node", [document.subject])
}
