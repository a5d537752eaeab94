# METADATA
# title: Roles and bindings say things once
# description: >-
#   A rule whose verbs, resources and names another rule of the role grants too, and a subject that a binding
#   lists twice, add nothing. Whoever takes the one away to withdraw a permission overlooks the other.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/duplicate
#   severity: low
#   remediation: Remove the rule or the subject.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.duplicate

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	others := [number |
		some j, other in rbac.rules
		number := j + 1
		i != j
		covers(other, rule)
		not later_twin(i, j, rule, other)
	]
	count(others) > 0
	msg := sprintf("%s: rule %d grants nothing that rule %d does not", [document.subject, i + 1, min(others)])
}

warn contains msg if {
	rbac.binding
	some i, subject in input.subjects
	is_object(subject)
	is_array(input.subjects)
	some earlier in array.slice(input.subjects, 0, i)
	is_object(earlier)
	same(earlier, subject)
	msg := sprintf("%s: %s is listed twice", [document.subject, rbac.words(subject)])
}

# Of two equal rules, the later one is one too many.
later_twin(i, j, rule, other) if {
	i < j
	covers(rule, other)
}

same(one, other) if {
	every field in ["kind", "name", "namespace"] {
		object.get(one, field, "") == object.get(other, field, "")
	}
}

# covers(one, other): whatever the other rule grants, the one grants as well.
covers(one, other) if {
	count(rbac.list(other, "resources")) > 0
	every group in rbac.list(other, "apiGroups") {
		rbac.in_group(one, group)
	}
	every resource in rbac.list(other, "resources") {
		resource_in(one, resource)
	}
	verbs_in(one, other)
	names_in(one, other)
}

covers(one, other) if {
	count(rbac.list(other, "nonResourceURLs")) > 0
	every path in rbac.list(other, "nonResourceURLs") {
		path_in(one, path)
	}
	verbs_in(one, other)
}

resource_in(rule, resource) if {
	some listed in rbac.list(rule, "resources")
	listed in {"*", resource}
}

resource_in(rule, resource) if {
	some listed in rbac.list(rule, "resources")
	is_string(listed)
	is_string(resource)
	startswith(listed, "*/")
	contains(resource, "/")
	split(resource, "/")[1] == trim_prefix(listed, "*/")
}

verbs_in(one, other) if {
	every verb in rbac.list(other, "verbs") {
		count(rbac.verbs(one, {verb})) > 0
	}
}

names_in(one, _) if rbac.unnamed(one)

names_in(one, other) if {
	not rbac.unnamed(other)
	every name in rbac.list(other, "resourceNames") {
		name in rbac.list(one, "resourceNames")
	}
}

path_in(rule, path) if {
	some listed in rbac.list(rule, "nonResourceURLs")
	listed == path
}

path_in(rule, path) if {
	some listed in rbac.list(rule, "nonResourceURLs")
	is_string(listed)
	is_string(path)
	endswith(listed, "*")
	startswith(path, trim_suffix(listed, "*"))
}
