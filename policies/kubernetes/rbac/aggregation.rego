# METADATA
# title: Aggregated roles stay what they are
# description: >-
#   A label such as `rbac.authorization.k8s.io/aggregate-to-view` adds the rules of a ClusterRole to `view`,
#   `edit` or `admin`, for everybody who has that role in any namespace. `view` is for reading, without Secrets;
#   `edit` does not hand out roles; none of them is everything. A ClusterRole with an `aggregationRule` gets its
#   rules from others: its own are overwritten, and an empty selector collects all roles of the cluster.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
#   description: Using RBAC authorization, "Aggregated ClusterRoles"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
#   description: Using RBAC authorization, "User-facing roles"
# custom:
#   id: rbac/aggregation
#   severity: medium
#   remediation: Take the label off, or move the rules to a ClusterRole that is added to `edit` or `admin` alone.
#   frameworks:
#     cis: ["5.1.3"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1098.006"]
package kubernetes.rbac.aggregation

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	target("view")
	some i, rule in rbac.rules
	some verb in rule.verbs
	not verb in {"get", "list", "watch"}
	msg := sprintf("%s: the label adds rule %d to the role `view`, and with it the verb `%s`", [document.subject, i + 1, verb])
}

deny contains msg if {
	target("view")
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"*", "pods/exec", "pods/attach", "pods/portforward", "secrets", "serviceaccounts/token"}
	rbac.in_group(rule, "")
	msg := sprintf("%s: the label adds rule %d to the role `view`, and with it `%s`", [document.subject, i + 1, resource])
}

deny contains msg if {
	some name in ["edit", "admin"]
	target(name)
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "*"
	some group in ["", "rbac.authorization.k8s.io"]
	rbac.in_group(rule, group)
	msg := sprintf("%s: the label adds rule %d to the role `%s`, and with it everything", [document.subject, i + 1, name])
}

deny contains msg if {
	some name in ["edit", "admin"]
	target(name)
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterroles", "roles"}
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"bind", "escalate"})
	msg := sprintf("%s: the label adds rule %d to the role `%s`, and with it %s on `%s`", [document.subject, i + 1, name, verbs, resource])
}

deny contains msg if {
	target("edit")
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterrolebindings", "rolebindings"}
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"create", "patch", "update"})
	msg := sprintf("%s: the label adds rule %d to the role `edit`, and with it %s on `%s`", [document.subject, i + 1, verbs, resource])
}

deny contains msg if {
	input.kind == "ClusterRole"
	rbac.of_rbac
	not rbac.bootstrapped
	some selector in input.aggregationRule.clusterRoleSelectors
	is_object(selector)
	every field in ["matchLabels", "matchExpressions"] {
		object.get(selector, field, null) in [null, {}, []]
	}
	msg := sprintf("%s: an empty selector collects the rules of all ClusterRoles", [document.subject])
}

# In a cluster, the rules are those that were collected.
warn contains msg if {
	input.kind == "ClusterRole"
	rbac.of_rbac
	is_array(input.aggregationRule.clusterRoleSelectors)
	count(input.aggregationRule.clusterRoleSelectors) > 0
	document.unset(input, ["metadata", "uid"])
	is_array(input.rules)
	count(input.rules) > 0
	msg := sprintf("%s: the rules are overwritten by those that `aggregationRule` collects", [document.subject])
}

target(name) if {
	input.kind == "ClusterRole"
	rbac.of_rbac
	not rbac.bootstrapped
	label := sprintf("rbac.authorization.k8s.io/aggregate-to-%s", [name])
	object.get(input, ["metadata", "labels", label], null) == "true"
}
