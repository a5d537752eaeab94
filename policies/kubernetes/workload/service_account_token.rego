# METADATA
# title: Pods have a token for the API server only where they use it
# description: >-
#   The token of a ServiceAccount is in every container of a pod unless something says otherwise. Where nothing is
#   bound to the ServiceAccount, the token is of no use to the program, but an intruder can look around with it.
#   The ServiceAccount and the bindings are those among the documents: a ServiceAccount that is not there is not
#   judged.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
#   description: Opt out of API credential automounting
# custom:
#   id: workload/service-account-token
#   severity: low
#   remediation: "Set `automountServiceAccountToken: false` on the ServiceAccount or on the pod."
#   frameworks:
#     cis: ["5.1.6"]
#     nsa: ["Pod security: service account tokens"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1528", "T1552.007"]
package kubernetes.workload.service_account_token

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.workload

warn contains msg if {
	name := workload.service_account
	name != "default"
	some pod in workload.pods
	count(workload.whole_containers) > 0
	document.unset(pod, ["automountServiceAccountToken"])
	account := neighbours.service_accounts[name]
	is_object(account)
	object.get(account, "automountServiceAccountToken", null) != false
	not bound(name)
	msg := sprintf("%s: the pod has the token of the ServiceAccount `%s`, to which nothing is bound", [
		document.subject,
		name,
	])
}

bound(name) if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRoleBinding
	some subject in binding.subjects
	is_object(subject)
	is_account(subject, name)
}

bound(name) if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].RoleBinding
	some subject in binding.subjects
	is_object(subject)
	is_account(subject, name)
}

bound(name) if {
	some binding in data.inventory.namespace[_]["rbac.authorization.k8s.io/v1"].RoleBinding
	some subject in binding.subjects
	is_object(subject)
	is_account(subject, name)
}

# Objects that name no namespace may land in any, so that they are taken for the same.
is_account(subject, name) if {
	object.get(subject, "kind", "") == "ServiceAccount"
	object.get(subject, "name", "") == name
	alike(object.get(subject, "namespace", null))
}

is_account(subject, name) if {
	object.get(subject, "kind", "") == "User"
	is_string(subject.name)
	parts := split(subject.name, ":")
	count(parts) == 4
	parts[1] == "serviceaccount"
	parts[3] == name
	alike(parts[2])
}

is_account(subject, _) if {
	object.get(subject, "kind", "") == "Group"
	group := subject.name
	is_string(group)
	startswith(sprintf("%s:", [group]), "system:serviceaccounts:")
	alike(trim_prefix(trim_prefix(group, "system:serviceaccounts"), ":"))
}

alike(namespace) if namespace in {null, "", neighbours.namespace}

alike(_) if document.unset(input, ["metadata", "namespace"])
