package kubernetes.lib.rbac_fixtures_test

# A ClusterRole or Role `ops` of one rule.
role(kind, rule) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "ops"}, "rules": [rule]}

# The same rule, made in namespace kube-system.
system_role(rule) := object.union(role("Role", rule), {"metadata": {"namespace": "kube-system"}})

# What Kubernetes makes itself, under a name that it keeps for itself.
default_role(rule) := object.union(role("ClusterRole", rule), {"metadata": {
	"name": "system:ops",
	"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
}})

# The label alone makes no default role.
labelled_role(rule) := object.union(role("ClusterRole", rule), {"metadata": {"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})

rule(group, resource, verb) := {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

# A run in which a RoleBinding of the namespace binds the ClusterRole `ops`.
bound_in(namespace) := {"namespace": {namespace: {"rbac.authorization.k8s.io/v1": {"RoleBinding": {"ops": {"roleRef": cluster_role("ops")}}}}}}

# A run in which a ClusterRoleBinding does, too.
bound_everywhere := object.union(bound_in("shop"), {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRoleBinding": {"ops": {"roleRef": cluster_role("ops")}}}}})

binding(kind, role_ref, subjects) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": kind,
	"metadata": {"name": "ops"},
	"roleRef": role_ref,
	"subjects": subjects,
}

cluster_role(name) := {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}

# What no check may stumble over: roles and bindings without the fields that it looks at, or with others in their
# place, and other documents.
hollow := array.concat(hollow_roles, array.concat(hollow_bindings, others))

wrong := [null, "text", 7, true, {}, [], [null], ["text"], [7], [[]], [{}]]

hollow_roles := [document |
	some kind in ["ClusterRole", "Role"]
	some value in wrong
	some document in [
		{"kind": kind},
		{"kind": kind, "metadata": value, "rules": value},
		{"kind": kind, "metadata": {"name": value, "labels": value}, "rules": [value]},
		{"kind": kind, "rules": [{"apiGroups": [""], "resources": value, "verbs": ["get"]}]},
		{"kind": kind, "rules": [{"apiGroups": value, "resources": ["pods"], "verbs": ["get"]}]},
		{"kind": kind, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": value}]},
		{"kind": kind, "aggregationRule": value, "rules": [{"nonResourceURLs": value, "verbs": ["get"]}]},
		{"kind": kind, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": value}]},
	]
]

hollow_bindings := [document |
	some kind in ["ClusterRoleBinding", "RoleBinding"]
	some value in wrong
	some document in [
		{"kind": kind},
		{"kind": kind, "metadata": value, "subjects": value, "roleRef": value},
		{"kind": kind, "roleRef": cluster_role("view"), "subjects": value},
		{"kind": kind, "roleRef": {"kind": value, "name": value, "apiGroup": value}, "subjects": [value]},
		{"kind": kind, "roleRef": cluster_role("cluster-admin"), "subjects": [{"kind": value, "name": value}]},
		{"kind": kind, "roleRef": cluster_role("cluster-admin"), "subjects": [{"kind": "User", "name": {"": value}}]},
		{"kind": kind, "roleRef": cluster_role("cluster-admin"), "subjects": [{"kind": "Group", "namespace": value}]},
	]
]

others := [
	{"apiVersion": "iam.example.com/v1", "kind": "Role", "metadata": {"name": "ops", "namespace": "shop"}, "rules": [{"apiGroups": ["*"], "resources": ["*", "secrets", "pods/*"], "verbs": ["*"]}]},
	{"apiVersion": "iam.example.com/v1", "kind": "ClusterRole", "metadata": {"name": "ops"}, "aggregationRule": {"clusterRoleSelectors": [{}]}, "rules": [{}]},
	{"apiVersion": "iam.example.com/v1", "kind": "ClusterRoleBinding", "roleRef": cluster_role("cluster-admin"), "subjects": [{"kind": "Group", "name": "system:masters"}, {"kind": "User", "name": "a"}]},
	{},
	{"kind": null},
	{"kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": []}},
	{"kind": "Custom", "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"], "resourceNames": ["*"]}]},
	{"kind": "Custom", "roleRef": cluster_role("cluster-admin"), "subjects": [{"kind": "Group", "name": "system:masters"}]},
]
