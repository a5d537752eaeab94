# METADATA
# title: Selectors of workloads select their own pods
# description: >-
#   The API server refuses a Deployment, StatefulSet, DaemonSet or ReplicaSet whose selector does not fit the labels of
#   its own template.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
#   description: Deployments, "Selector"
# custom:
#   id: workload/selector
#   severity: medium
#   remediation: "Give the template the labels that `spec.selector.matchLabels` asks for."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.selector

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	input.kind in {"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"}
	count(workload.whole_containers) > 0
	some key, value in input.spec.selector.matchLabels
	object.get(input.spec.template, ["metadata", "labels", key], null) != value
	msg := sprintf("%s: the template has no label `%s: %v`, which its selector asks for", [
		document.subject,
		key,
		value,
	])
}
