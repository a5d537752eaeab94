# METADATA
# title: Pods do not share the namespaces of their node
# description: >-
#   With the host's network namespace a pod sees the node's traffic and passes by network policies;
#   with its PID namespace it can read the environment and the files of every process; with its IPC
#   namespace it can read shared memory.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Host Namespaces"
# custom:
#   id: workload/host-namespaces
#   severity: high
#   remediation: >-
#     Remove `hostNetwork`, `hostPID` and `hostIPC` from the pod spec. Expose a port through a
#     Service in place of the host's network.
#   frameworks:
#     cis: ["5.2.3", "5.2.4", "5.2.5"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.host_namespaces

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	workload.pod_spec.hostNetwork == true
	msg := sprintf("%s: the pod uses the network namespace of its node", [document.subject])
}

deny contains msg if {
	workload.pod_spec.hostPID == true
	msg := sprintf("%s: the pod uses the PID namespace of its node", [document.subject])
}

deny contains msg if {
	workload.pod_spec.hostIPC == true
	msg := sprintf("%s: the pod uses the IPC namespace of its node", [document.subject])
}
