# METADATA
# title: Objects use API versions that Kubernetes still serves
# description: >-
#   A beta version of an API is served for a number of releases and then removed. From that release on the object
#   cannot be applied any more. The message says which release that is, and which version takes its place.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
#   description: Deprecated API migration guide
# custom:
#   id: api/removed-version
#   severity: medium
#   remediation: >-
#     Move to the version that the message names; `kubectl convert` rewrites most objects. Some fields
#     differ: the migration guide lists them.
#   frameworks:
#     nsa: ["Upgrades: application security"]
#     owasp: ["K10"]
#     owasp-2025: ["K07"]
package kubernetes.api.removed_version

import data.kubernetes.lib.document

deny contains msg if {
	some removal in removals[input.apiVersion]
	object.get(input, "kind", null) in removal.kinds
	msg := sprintf("%s: `%s` is gone since Kubernetes %s: use %s", [
		document.subject,
		input.apiVersion,
		removal.release,
		removal.use,
	])
}

removals := {
	"admissionregistration.k8s.io/v1beta1": [
		{
			"kinds": {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"},
			"release": "1.22",
			"use": "`admissionregistration.k8s.io/v1`",
		},
	],
	"apiextensions.k8s.io/v1beta1": [
		{
			"kinds": {"CustomResourceDefinition"},
			"release": "1.22",
			"use": "`apiextensions.k8s.io/v1`",
		},
	],
	"apiregistration.k8s.io/v1beta1": [
		{
			"kinds": {"APIService"},
			"release": "1.22",
			"use": "`apiregistration.k8s.io/v1`",
		},
	],
	"apps/v1beta1": [
		{
			"kinds": {"ControllerRevision", "Deployment", "StatefulSet"},
			"release": "1.16",
			"use": "`apps/v1`",
		},
	],
	"apps/v1beta2": [
		{
			"kinds": {"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"},
			"release": "1.16",
			"use": "`apps/v1`",
		},
	],
	"authentication.k8s.io/v1beta1": [
		{
			"kinds": {"TokenReview"},
			"release": "1.22",
			"use": "`authentication.k8s.io/v1`",
		},
	],
	"authorization.k8s.io/v1beta1": [
		{
			"kinds": {"LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
			"release": "1.22",
			"use": "`authorization.k8s.io/v1`",
		},
	],
	"autoscaling/v2beta1": [
		{
			"kinds": {"HorizontalPodAutoscaler"},
			"release": "1.25",
			"use": "`autoscaling/v2`",
		},
	],
	"autoscaling/v2beta2": [
		{
			"kinds": {"HorizontalPodAutoscaler"},
			"release": "1.26",
			"use": "`autoscaling/v2`",
		},
	],
	"batch/v1beta1": [
		{
			"kinds": {"CronJob"},
			"release": "1.25",
			"use": "`batch/v1`",
		},
	],
	"batch/v2alpha1": [
		{
			"kinds": {"CronJob"},
			"release": "1.21",
			"use": "`batch/v1`",
		},
	],
	"certificates.k8s.io/v1beta1": [
		{
			"kinds": {"CertificateSigningRequest"},
			"release": "1.22",
			"use": "`certificates.k8s.io/v1`",
		},
	],
	"coordination.k8s.io/v1beta1": [
		{
			"kinds": {"Lease"},
			"release": "1.22",
			"use": "`coordination.k8s.io/v1`",
		},
	],
	"discovery.k8s.io/v1beta1": [
		{
			"kinds": {"EndpointSlice"},
			"release": "1.25",
			"use": "`discovery.k8s.io/v1`",
		},
	],
	"events.k8s.io/v1beta1": [
		{
			"kinds": {"Event"},
			"release": "1.25",
			"use": "`events.k8s.io/v1`",
		},
	],
	"extensions/v1beta1": [
		{
			"kinds": {"DaemonSet", "Deployment", "ReplicaSet"},
			"release": "1.16",
			"use": "`apps/v1`",
		},
		{
			"kinds": {"NetworkPolicy"},
			"release": "1.16",
			"use": "`networking.k8s.io/v1`",
		},
		{
			"kinds": {"PodSecurityPolicy"},
			"release": "1.16",
			"use": "Pod Security Standards, by labels of the namespace",
		},
		{
			"kinds": {"Ingress"},
			"release": "1.22",
			"use": "`networking.k8s.io/v1`",
		},
	],
	"flowcontrol.apiserver.k8s.io/v1beta1": [
		{
			"kinds": {"FlowSchema", "PriorityLevelConfiguration"},
			"release": "1.26",
			"use": "`flowcontrol.apiserver.k8s.io/v1`",
		},
	],
	"flowcontrol.apiserver.k8s.io/v1beta2": [
		{
			"kinds": {"FlowSchema", "PriorityLevelConfiguration"},
			"release": "1.29",
			"use": "`flowcontrol.apiserver.k8s.io/v1`",
		},
	],
	"flowcontrol.apiserver.k8s.io/v1beta3": [
		{
			"kinds": {"FlowSchema", "PriorityLevelConfiguration"},
			"release": "1.32",
			"use": "`flowcontrol.apiserver.k8s.io/v1`",
		},
	],
	"networking.k8s.io/v1beta1": [
		{
			"kinds": {"Ingress", "IngressClass"},
			"release": "1.22",
			"use": "`networking.k8s.io/v1`",
		},
	],
	"node.k8s.io/v1beta1": [
		{
			"kinds": {"RuntimeClass"},
			"release": "1.25",
			"use": "`node.k8s.io/v1`",
		},
	],
	"policy/v1beta1": [
		{
			"kinds": {"PodDisruptionBudget"},
			"release": "1.25",
			"use": "`policy/v1`",
		},
		{
			"kinds": {"PodSecurityPolicy"},
			"release": "1.25",
			"use": "Pod Security Standards, by labels of the namespace",
		},
	],
	"rbac.authorization.k8s.io/v1beta1": [
		{
			"kinds": {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"},
			"release": "1.22",
			"use": "`rbac.authorization.k8s.io/v1`",
		},
	],
	"scheduling.k8s.io/v1beta1": [
		{
			"kinds": {"PriorityClass"},
			"release": "1.22",
			"use": "`scheduling.k8s.io/v1`",
		},
	],
	"storage.k8s.io/v1beta1": [
		{
			"kinds": {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"},
			"release": "1.22",
			"use": "`storage.k8s.io/v1`",
		},
		{
			"kinds": {"CSIStorageCapacity"},
			"release": "1.27",
			"use": "`storage.k8s.io/v1`",
		},
	],
}
