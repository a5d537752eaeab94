# METADATA
# title: Workloads do not use the token of the default ServiceAccount
# description: >-
#   A pod that names no ServiceAccount gets `default` and a token for the API server in its file system. All
#   such pods of a namespace are the same to the API server: what one of them is allowed, all of them are.
#   A pod without a token is fine; its own setting wins over that of the ServiceAccount, which is
#   read where it is among the documents.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
#   description: Configure service accounts for pods
# custom:
#   id: workload/default-service-account
#   severity: medium
#   remediation: >-
#     Set `automountServiceAccountToken: false` on the pod; where it talks to the API server, name a
#     ServiceAccount of its own.
#   frameworks:
#     cis: ["5.1.5", "5.1.6"]
#     nsa: ["Pod security: service account tokens"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1528", "T1552.007"]
package kubernetes.workload.default_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.workload

deny contains msg if {
	workload.service_account == "default"
	some pod in workload.pods
	count(workload.whole_containers) > 0
	document.unset(pod, ["automountServiceAccountToken"])
	not account_mounts_none
	msg := sprintf("%s: the pod has the token of the ServiceAccount `default`", [document.subject])
}

deny contains msg if {
	workload.service_account == "default"
	workload.pod_spec.automountServiceAccountToken == true
	msg := sprintf("%s: the pod has the token of the ServiceAccount `default`", [document.subject])
}

account_mounts_none if {
	neighbours.service_accounts["default"].automountServiceAccountToken == false
}
