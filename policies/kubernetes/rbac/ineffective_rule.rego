# METADATA
# title: Rules of roles have an effect
# description: >-
#   A rule that names what does not exist grants nothing, and the program that relies on it is refused: an API
#   group with a version (`apps/v1`, `v1`), a resource under a name of kubectl (`po`, `deployments.apps`) or in
#   another group than its own, a method of HTTP for a verb, and in a Role, which is for one namespace, resources
#   that are in none.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
#   description: Using RBAC authorization, "Referring to resources"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
#   description: Authorization, request verbs
# custom:
#   id: rbac/ineffective-rule
#   severity: low
#   remediation: >-
#     Write groups, resources and verbs as `kubectl api-resources -o wide` shows them: the group without its
#     version, the plural in lower case.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.ineffective_rule

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some group in rule.apiGroups
	is_string(group)
	regex.match(`/|^v[0-9]|^core$`, group)
	msg := sprintf("%s: rule %d: `%s` is no API group", [document.subject, i + 1, group])
}

warn contains msg if {
	some i, rule in rbac.rules
	not rbac.of_others(rule)
	some verb in rule.verbs
	is_string(verb)
	method(rule, verb)
	msg := sprintf("%s: rule %d: `%s` is no verb of resources", [document.subject, i + 1, verb])
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	better := instead(rule, resource)
	msg := sprintf("%s: rule %d: there is no resource `%s`: it is `%s`", [document.subject, i + 1, resource, better])
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	home := groups_of[split(resource, "/")[0]]
	groups := {group | some group in rbac.list(rule, "apiGroups")}
	count(groups) > 0
	count(groups - builtin) == 0
	groups != {"extensions"}
	count(groups & home) == 0
	msg := sprintf("%s: rule %d: `%s` is not in the API group %s but in %s", [
		document.subject,
		i + 1,
		resource,
		words(groups),
		words(home),
	])
}

# Its last resources went with Kubernetes 1.22.
warn contains msg if {
	some i, rule in rbac.rules
	is_array(rule.apiGroups)
	count(rule.apiGroups) == 1
	some group in rule.apiGroups
	is_string(group)
	group == "extensions"
	homes := {group | some resource in rbac.list(rule, "resources"); is_string(resource); some group in groups_of[split(resource, "/")[0]]}
	msg := sprintf("%s: rule %d: the API group `extensions` is no more%s", [document.subject, i + 1, moved(homes)])
}

moved(homes) := sprintf(": its resources are in %s", [words(homes)]) if count(homes) > 0

moved(homes) := "" if count(homes) == 0

warn contains msg if {
	input.kind == "Role"
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	some group in of_the_cluster[split(resource, "/")[0]]
	group in rbac.list(rule, "apiGroups")
	not "bind" in rbac.list(rule, "verbs")
	msg := sprintf("%s: rule %d: `%s` is in no namespace, so that a Role cannot grant it", [document.subject, i + 1, resource])
}

# The core group has no name; in a manifest it is `""`.
words(groups) := rbac.quoted({name | some group in groups; name := {"": `""`}[group]} | {group | some group in groups; group != ""})

method(_, verb) if {
	is_string(verb)
	lower(verb) != verb
}

method(rule, verb) if {
	verb in {"edit", "post", "put", "read", "readonly", "view", "write"}
	count(rbac.list(rule, "nonResourceURLs")) == 0
}

# instead(rule, resource) is the name that is meant by a singular, a short name, or a name with its group.
instead(rule, resource) := plurals[lower(resource)] if {
	rbac.in_group(rule, group_of_plural(plurals[lower(resource)]))
}

instead(_, resource) := lower(resource) if {
	is_string(resource)
	lower(resource) != resource
	not plurals[lower(resource)]
}

instead(_, resource) := split(resource, ".")[0] if {
	groups_of[split(resource, ".")[0]]
	contains(resource, ".")
}

group_of_plural(resource) := group if some group in groups_of[resource]

plurals := {
	"cm": "configmaps",
	"configmap": "configmaps",
	"cronjob": "cronjobs",
	"daemonset": "daemonsets",
	"deploy": "deployments",
	"deployment": "deployments",
	"ds": "daemonsets",
	"endpoint": "endpoints",
	"ing": "ingresses",
	"ingress": "ingresses",
	"job": "jobs",
	"namespace": "namespaces",
	"netpol": "networkpolicies",
	"networkpolicy": "networkpolicies",
	"node": "nodes",
	"ns": "namespaces",
	"persistentvolume": "persistentvolumes",
	"persistentvolumeclaim": "persistentvolumeclaims",
	"po": "pods",
	"pod": "pods",
	"pv": "persistentvolumes",
	"pvc": "persistentvolumeclaims",
	"replicaset": "replicasets",
	"rs": "replicasets",
	"sa": "serviceaccounts",
	"secret": "secrets",
	"service": "services",
	"serviceaccount": "serviceaccounts",
	"statefulset": "statefulsets",
	"sts": "statefulsets",
	"svc": "services",
}

# API groups whose resources are all known here. Operators have resources of the same names in groups of theirs.
builtin := {
	"",
	"apps",
	"autoscaling",
	"batch",
	"extensions",
	"networking.k8s.io",
	"policy",
	"rbac.authorization.k8s.io",
	"storage.k8s.io",
}

groups_of := {
	"configmaps": {""},
	"controllerrevisions": {"apps"},
	"cronjobs": {"batch"},
	"customresourcedefinitions": {"apiextensions.k8s.io"},
	"daemonsets": {"apps"},
	"deployments": {"apps"},
	"endpoints": {""},
	"endpointslices": {"discovery.k8s.io"},
	"events": {"", "events.k8s.io"},
	"horizontalpodautoscalers": {"autoscaling"},
	"ingressclasses": {"networking.k8s.io"},
	"ingresses": {"networking.k8s.io"},
	"jobs": {"batch"},
	"leases": {"coordination.k8s.io"},
	"limitranges": {""},
	"mutatingwebhookconfigurations": {"admissionregistration.k8s.io"},
	"namespaces": {""},
	"networkpolicies": {"networking.k8s.io"},
	"nodes": {""},
	"persistentvolumeclaims": {""},
	"persistentvolumes": {""},
	"poddisruptionbudgets": {"policy"},
	"pods": {""},
	"podtemplates": {""},
	"priorityclasses": {"scheduling.k8s.io"},
	"replicasets": {"apps"},
	"replicationcontrollers": {""},
	"resourcequotas": {""},
	"rolebindings": {"rbac.authorization.k8s.io"},
	"roles": {"rbac.authorization.k8s.io"},
	"clusterrolebindings": {"rbac.authorization.k8s.io"},
	"clusterroles": {"rbac.authorization.k8s.io"},
	"secrets": {""},
	"serviceaccounts": {"", "authentication.k8s.io"},
	"services": {""},
	"statefulsets": {"apps"},
	"storageclasses": {"storage.k8s.io"},
	"validatingwebhookconfigurations": {"admissionregistration.k8s.io"},
}

of_the_cluster := {
	"apiservices": {"apiregistration.k8s.io"},
	"certificatesigningrequests": {"certificates.k8s.io"},
	"clusterrolebindings": {"rbac.authorization.k8s.io"},
	"clusterroles": {"rbac.authorization.k8s.io"},
	"csidrivers": {"storage.k8s.io"},
	"csinodes": {"storage.k8s.io"},
	"customresourcedefinitions": {"apiextensions.k8s.io"},
	"ingressclasses": {"networking.k8s.io"},
	"mutatingwebhookconfigurations": {"admissionregistration.k8s.io"},
	"nodes": {""},
	"persistentvolumes": {""},
	"priorityclasses": {"scheduling.k8s.io"},
	"runtimeclasses": {"node.k8s.io"},
	"storageclasses": {"storage.k8s.io"},
	"subjectaccessreviews": {"authorization.k8s.io"},
	"tokenreviews": {"authentication.k8s.io"},
	"validatingadmissionpolicies": {"admissionregistration.k8s.io"},
	"validatingwebhookconfigurations": {"admissionregistration.k8s.io"},
	"volumeattachments": {"storage.k8s.io"},
}
