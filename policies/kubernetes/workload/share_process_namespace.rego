# METADATA
# title: Containers of a pod do not see each other's processes
# description: >-
#   With `shareProcessNamespace` each container of the pod sees the processes of the others, with their
#   arguments, and through `/proc` their environment and files, secrets included.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
#   description: Share process namespace between containers in a pod
# custom:
#   id: workload/share-process-namespace
#   severity: low
#   remediation: "Remove `shareProcessNamespace`; debug with an ephemeral container and `--target`."
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.share_process_namespace

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	workload.pod_spec.shareProcessNamespace == true
	msg := sprintf("%s: the containers of the pod see each other's processes", [document.subject])
}
