# METADATA
# title: Roles and bindings
# description: >-
#   What the checks of RBAC share: the rules of the input's role and what they grant, as the API server matches
#   them; the subjects of a binding; the roles and bindings of the whole run.
#
#   Roles that Kubernetes makes by itself are left alone. They have a label, and names that it keeps for itself.
package kubernetes.lib.rbac

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours

kinds := {"ClusterRole", "Role"}

binding_kinds := {"ClusterRoleBinding", "RoleBinding"}

# The input is of the API group of RBAC, or of OpenShift's own. Others have kinds of the same names. A document
# without an apiVersion is taken for what its kind says.
of_rbac if {
	version := object.get(input, "apiVersion", null)
	is_string(version)
	split(version, "/")[0] in {"authorization.openshift.io", "rbac.authorization.k8s.io"}
}

of_rbac if object.get(input, "apiVersion", null) == null

# Set by the API server on the roles and bindings that it makes when it starts.
bootstrapped if {
	object.get(input, ["metadata", "labels", "kubernetes.io/bootstrapping"], null) == "rbac-defaults"
	default_name(object.get(input, ["metadata", "name"], ""))
}

default_name(name) if name in {"admin", "cluster-admin", "edit", "extension-apiserver-authentication-reader", "view"}

default_name(name) if {
	is_string(name)
	startswith(name, "system:")
}

# Roles that a cluster has without anybody's manifest: those of Kubernetes and of kubeadm.
foreign_name(name) if default_name(name)

foreign_name(name) if {
	is_string(name)
	startswith(name, "kubeadm:")
}

# rules is an object from the index of a rule to the rule.
rules[i] := rule if {
	input.kind in kinds
	of_rbac
	not bootstrapped
	some i, rule in input.rules
	is_object(rule)
}

# The role reaches the whole cluster: a ClusterRole, unless what binds it in this run are RoleBindings alone.
of_cluster if {
	input.kind == "ClusterRole"
	not bound_in_namespaces
}

# The role reaches namespaces, none of them that of the control plane.
of_namespaces if {
	reaches_namespaces
	not of_control_plane
}

# The role reaches the namespace of the control plane.
of_control_plane if {
	input.kind == "Role"
	object.get(input, ["metadata", "namespace"], null) == "kube-system"
}

of_control_plane if {
	bound_in_namespaces
	"kube-system" in role_binding_namespaces
}

# The role reaches the whole cluster, or what steers it.
widely if of_cluster

widely if of_control_plane

reaches_namespaces if input.kind == "Role"

reaches_namespaces if bound_in_namespaces

bound_in_namespaces if {
	input.kind == "ClusterRole"
	count(role_binding_namespaces) > 0
	not bound_everywhere
}

bound_everywhere if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRoleBinding
	binding.roleRef.name == input.metadata.name
}

# By convention, labels that add a role to another have `aggregate` in their name. Who has that one is not followed.
bound_everywhere if {
	some label, _ in object.get(input, ["metadata", "labels"], {})
	is_string(label)
	contains(label, "aggregate")
}

role_binding_namespaces := {namespace |
	some namespace
	some binding in data.inventory.namespace[namespace]["rbac.authorization.k8s.io/v1"].RoleBinding
	binding.roleRef.kind == "ClusterRole"
	binding.roleRef.name == input.metadata.name
} | {"" |
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].RoleBinding
	binding.roleRef.kind == "ClusterRole"
	binding.roleRef.name == input.metadata.name
}

# The words for the namespaces that the role reaches.
where := "its namespace" if input.kind == "Role"

where := "the namespaces where it is bound" if input.kind == "ClusterRole"

# granted(rule, group, wanted) are the words for those of the wanted verbs that the rule grants on resources of
# the API group; undefined where it grants none of them.
granted(rule, group, wanted) := words if {
	in_group(rule, group)
	found := [verb | some verb in verbs(rule, wanted)]
	count(found) > 0
	words := quoted(found)
}

# The core group has the name "", which `*` stands for too. Nothing stands for groups that are not listed.
in_group(rule, group) if {
	some listed in rule.apiGroups
	listed in {"*", group}
}

# verbs(rule, wanted) is the set of the wanted verbs that the rule lists, with `*` where it lists that.
verbs(rule, wanted) := {verb |
	some verb in list(rule, "verbs")
	verb in (wanted | {"*"})
}

# The rule is about API groups of others only: those of operators, not of Kubernetes.
of_others(rule) if {
	groups := list(rule, "apiGroups")
	count(groups) > 0
	every group in groups {
		is_string(group)
		contains(group, ".")
		not endswith(group, ".k8s.io")
	}
}

# The rule reaches every object of its resources: it names none.
unnamed(rule) if count(list(rule, "resourceNames")) == 0

# finding(i, does, verbs, resource) are the words for a rule of the input that grants too much.
finding(i, does, verbs, resource) := sprintf("%s: rule %d %s: %s on `%s`", [
	document.subject,
	i + 1,
	does,
	verbs,
	resource,
])

# list(object, field) is the list in a field, looked up without a trace; [] where there is none.
list(object_, field) := value if {
	is_object(object_)
	value := object.get(object_, field, [])
	is_array(value)
} else := []

quoted(names) := concat(", ", [sprintf("`%v`", [name]) | some name in sort(names)])

# The rule grants everything on everything.
full_access(rule) if {
	"*" in list(rule, "apiGroups")
	"*" in list(rule, "resources")
	"*" in list(rule, "verbs")
	unnamed(rule)
}

# everything(role_ref) are the words for the role of a binding that grants everything: cluster-admin, or a
# ClusterRole of the run that is the same under another name.
everything(role_ref) := "cluster-admin" if {
	role_ref.kind == "ClusterRole"
	role_ref.name == "cluster-admin"
}

everything(role_ref) := sprintf("`%s`, which grants everything", [role_ref.name]) if {
	role_ref.kind == "ClusterRole"
	role_ref.name != "cluster-admin"
	some role in named_roles("ClusterRole", role_ref.name)
	some rule in list(role, "rules")
	full_access(rule)
}

# named_roles(kind, name) are the roles of the run that a binding of the input means by the name.
named_roles("ClusterRole", name) := {role |
	role := data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRole[name]
} | {role |
	role := data.inventory.cluster["rbac.authorization.k8s.io/v1beta1"].ClusterRole[name]
}

named_roles("Role", name) := ({role |
	role := data.inventory.namespace[neighbours.namespace]["rbac.authorization.k8s.io/v1"].Role[name]
} | {role |
	role := data.inventory.namespace[neighbours.namespace]["rbac.authorization.k8s.io/v1beta1"].Role[name]
}) | {role |
	neighbours.namespace == "default"
	role := data.inventory.cluster["rbac.authorization.k8s.io/v1"].Role[name]
}

# The subject is a ServiceAccount: by its kind, by the user name that it authenticates with, or as
# the groups that hold all ServiceAccounts, of the cluster or of one namespace.
service_account(subject) if {
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
}

service_account(subject) if {
	is_object(subject)
	object.get(subject, "kind", "") == "User"
	named(subject, "system:serviceaccount:")
}

service_account(subject) if service_accounts(subject)

# The subject is a group of ServiceAccounts: of all there are, or of all of a namespace.
service_accounts(subject) if {
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	object.get(subject, "name", "") == "system:serviceaccounts"
}

service_accounts(subject) if {
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	named(subject, "system:serviceaccounts:")
}

named(subject, prefix) if {
	name := object.get(subject, "name", "")
	is_string(name)
	startswith(name, prefix)
}

# account(subject) is the namespace and the name of the one ServiceAccount that the subject is. In a RoleBinding,
# one that names no namespace is of the binding's own.
account(subject) := [namespace, subject.name] if {
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
	namespace := object.get(subject, "namespace", "")
	is_string(namespace)
	namespace != ""
	is_string(subject.name)
} else := [neighbours.namespace, subject.name] if {
	is_object(subject)
	object.get(subject, "kind", "") == "ServiceAccount"
	input.kind == "RoleBinding"
	is_string(subject.name)
} else := [parts[2], parts[3]] if {
	service_account(subject)
	object.get(subject, "kind", "") == "User"
	parts := split(object.get(subject, "name", ""), ":")
	count(parts) == 4
	array.slice(parts, 0, 2) == ["system", "serviceaccount"]
}

# The input is a binding, and none that Kubernetes made.
binding if {
	input.kind in binding_kinds
	of_rbac
	not bootstrapped
}

# Group names that stand for whoever has a valid token or none, and for all ServiceAccounts.
everybody := {"system:authenticated", "system:unauthenticated", "system:serviceaccounts"}

# Roles that Kubernetes itself binds to everybody, or that tell no more than where keys are published.
for_everybody := {
	"kubeadm:bootstrap-signer-clusterinfo",
	"system:basic-user",
	"system:discovery",
	"system:public-info-viewer",
	"system:service-account-issuer-discovery",
}

# Where the binding's role holds: `in every namespace`, `in namespace shop`.
reach := "in every namespace" if input.kind == "ClusterRoleBinding"

reach := sprintf("in namespace %s", [neighbours.namespace]) if input.kind == "RoleBinding"

# The words for a subject: `ServiceAccount shop/deployer`, `Group system:serviceaccounts`.
words(subject) := sprintf("%v %v/%v", [
	object.get(subject, "kind", "subject"),
	object.get(subject, "namespace", ""),
	object.get(subject, "name", "(unnamed)"),
]) if {
	not object.get(subject, "namespace", "") in {null, ""}
} else := sprintf("%v %v", [
	object.get(subject, "kind", "subject"),
	object.get(subject, "name", "(unnamed)"),
])
