# METADATA
# title: RBAC subjects
# description: The subjects of a binding, as the API server matches them.
package kubernetes.lib.rbac

# The subject is a ServiceAccount: by its kind, by the user name that it authenticates with, or as
# the groups that hold all ServiceAccounts, of the cluster or of one namespace.
service_account(subject) if object.get(subject, "kind", "") == "ServiceAccount"

service_account(subject) if {
	object.get(subject, "kind", "") == "User"
	startswith(object.get(subject, "name", ""), "system:serviceaccount:")
}

service_account(subject) if {
	object.get(subject, "kind", "") == "Group"
	object.get(subject, "name", "") == "system:serviceaccounts"
}

service_account(subject) if {
	object.get(subject, "kind", "") == "Group"
	startswith(object.get(subject, "name", ""), "system:serviceaccounts:")
}

# The words for a subject: `ServiceAccount shop/deployer`, `Group system:serviceaccounts`.
words(subject) := sprintf("%v %v/%v", [
	object.get(subject, "kind", "subject"),
	object.get(subject, "namespace", ""),
	object.get(subject, "name", "(unnamed)"),
]) if {
	object.get(subject, "namespace", "") != ""
} else := sprintf("%v %v", [
	object.get(subject, "kind", "subject"),
	object.get(subject, "name", "(unnamed)"),
])
