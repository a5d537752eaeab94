# METADATA
# title: Subjects of bindings are whom they mean
# description: >-
#   The API server refuses a ServiceAccount without its namespace in a ClusterRoleBinding, a kind that is none of
#   `User`, `Group` and `ServiceAccount`, and the wrong `apiGroup`. Where the ServiceAccount is among the
#   documents and names no namespace either, for Kustomize to fill in, it is a warning. Names of the wrong kind
#   it takes, and they match nobody: a User `system:authenticated`, a Group `system:serviceaccount:shop:web`.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
#   description: Using RBAC authorization, "Referring to subjects"
# custom:
#   id: rbac/invalid-subject
#   severity: medium
#   remediation: >-
#     Give a ServiceAccount its `namespace` and no `apiGroup`; Users and Groups have the `apiGroup`
#     rbac.authorization.k8s.io and no namespace.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.invalid_subject

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	input.kind == "ClusterRoleBinding"
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
	object.get(subject, "namespace", null) in {null, ""}
	not unplaced(subject)
	msg := sprintf("%s: %s has no namespace", [document.subject, rbac.words(subject)])
}

warn contains msg if {
	rbac.binding
	input.kind == "ClusterRoleBinding"
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
	object.get(subject, "namespace", null) in {null, ""}
	unplaced(subject)
	msg := sprintf("%s: %s has no namespace", [document.subject, rbac.words(subject)])
}

# The ServiceAccount itself names no namespace either: Kustomize may be meant to give both of them one.
unplaced(subject) if data.inventory.cluster.v1.ServiceAccount[object.get(subject, "name", "")]

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
	not subject.apiGroup in {null, ""}
	msg := sprintf("%s: %s has the apiGroup `%v`, ServiceAccounts have none", [document.subject, rbac.words(subject), subject.apiGroup])
}

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") in {"Group", "User"}
	not subject.apiGroup in {null, "", "rbac.authorization.k8s.io"}
	msg := sprintf("%s: %s has the apiGroup `%v`, not rbac.authorization.k8s.io", [document.subject, rbac.words(subject), subject.apiGroup])
}

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	kind := subject.kind
	is_string(kind)
	not kind in {"Group", "ServiceAccount", "User"}
	msg := sprintf("%s: the subject `%v` has the kind `%s`, which is none of User, Group and ServiceAccount", [document.subject, object.get(subject, "name", ""), kind])
}

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "name", null) in {null, ""}
	object.get(subject, "kind", null) in {"Group", "ServiceAccount", "User"}
	msg := sprintf("%s: a %s among the subjects has no name", [document.subject, object.get(subject, "kind", "")])
}

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	is_string(subject.name)
	kind := wanted(object.get(subject, "kind", ""), subject.name)
	msg := sprintf("%s: there is no %s: `%s` is a %s", [document.subject, rbac.words(subject), subject.name, kind])
}

# wanted(kind, name) is the kind that the name is of, where it is another one.
wanted("User", name) := "Group" if name in {"system:authenticated", "system:masters", "system:nodes", "system:unauthenticated"}

wanted("User", name) := "Group" if regex.match(`^system:serviceaccounts(:[^:]+)?$`, name)

wanted("Group", "system:anonymous") := "User"

wanted("Group", name) := "User" if regex.match(`^system:serviceaccount:[^:]+:[^:]+$`, name)

wanted("ServiceAccount", name) := "User" if startswith(name, "system:serviceaccount:")

wanted("ServiceAccount", name) := "Group" if startswith(name, "system:serviceaccounts")
