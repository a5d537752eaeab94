# METADATA
# title: Workloads stay off the nodes of the control plane
# description: >-
#   Nodes of the control plane carry a taint that keeps other pods away: next to the API server and etcd, a
#   break-out is one of the whole cluster. A toleration of that taint, or of every taint, lets a pod in.
#   DaemonSets and the namespace kube-system are left alone: their pods are meant for every node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
#   description: Taints and tolerations
# custom:
#   id: workload/control-plane
#   severity: low
#   remediation: "Remove the toleration, or give it the key of the taint that is meant."
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.control_plane

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

taints := {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

warn contains msg if {
	movable
	some toleration in workload.pod_spec.tolerations
	toleration.key in taints
	admits(toleration)
	msg := sprintf("%s: the pod tolerates the taint `%s`", [document.subject, toleration.key])
}

warn contains msg if {
	movable
	some toleration in workload.pod_spec.tolerations
	is_object(toleration)
	object.get(toleration, "key", null) in {null, ""}
	toleration.operator == "Exists"
	admits(toleration)
	msg := sprintf("%s: the pod tolerates every taint, that of the control plane too", [document.subject])
}

movable if {
	input.kind != "DaemonSet"
	object.get(input, ["metadata", "namespace"], null) != "kube-system"
}

# A preference not to be scheduled keeps nobody away, and a toleration of it lets nobody in.
admits(toleration) if object.get(toleration, "effect", null) != "PreferNoSchedule"
