# METADATA
# title: The Pod Security labels of namespaces mean something
# description: >-
#   The labels `pod-security.kubernetes.io/enforce`, `audit` and `warn` name a level, and the same with
#   `-version` a version. The API server refuses a new namespace whose labels it cannot read; in one that
#   has them already, it enforces `restricted`, and notes and warns of nothing. A label that it does not
#   know, or a version without a level, does nothing at all.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
#   description: Pod Security Admission, labels for namespaces
# custom:
#   id: pod-security/namespace-labels
#   severity: high
#   remediation: >-
#     Set the label to `privileged`, `baseline` or `restricted`, and that of the version to `latest` or
#     a version such as `v1.34`.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K04]
#     owasp-2025: [K04]
#   parameters:
#     exempt_namespaces:
#       type: strings
#       default: []
#       description: >-
#         Namespaces whose pods no rule of pod-security checks, as in the configuration of the API server.
#     exempt_runtime_classes:
#       type: strings
#       default: []
#       description: >-
#         Runtime classes whose pods no rule of pod-security checks, as in the configuration of the API server.
package kubernetes.pod_security.namespace_labels

import data.kubernetes.lib.document
import data.kubernetes.lib.pod_security

default exempt_namespaces := []

exempt_namespaces := data.kpol.parameters["pod-security/namespace-labels"].exempt_namespaces

default exempt_runtime_classes := []

exempt_runtime_classes := data.kpol.parameters["pod-security/namespace-labels"].exempt_runtime_classes

prefix := "pod-security.kubernetes.io/"

modes := ["enforce", "audit", "warn"]

labels := input.metadata.labels if {
	input.kind == "Namespace"
	is_object(input.metadata.labels)
}

deny contains msg if {
	some label, value in labels
	label in {sprintf("%s%s", [prefix, mode]) | some mode in modes}
	not value in pod_security.levels
	msg := sprintf(
		"%s: metadata.labels[%s]: Invalid value: %s: must be one of privileged, baseline, restricted",
		[document.subject, label, json.marshal(value)],
	)
}

deny contains msg if {
	some label, value in labels
	label in {sprintf("%s%s-version", [prefix, mode]) | some mode in modes}
	not pod_security.minor(value)
	msg := sprintf(
		"%s: metadata.labels[%s]: Invalid value: %s: must be \"latest\" or \"v1.x\"",
		[document.subject, label, json.marshal(value)],
	)
}

warn contains msg if {
	some label, _ in labels
	startswith(label, prefix)
	not label in known
	msg := sprintf("%s: the label `%s` means nothing to Pod Security Admission", [document.subject, label])
}

warn contains msg if {
	some label, _ in labels
	some mode in modes
	label == sprintf("%s%s-version", [prefix, mode])
	not sprintf("%s%s", [prefix, mode]) in object.keys(labels)
	msg := sprintf("%s: the label `%s` does nothing without `%s%s`", [document.subject, label, prefix, mode])
}

warn contains msg if {
	some label, value in labels
	label in {sprintf("%s%s-version", [prefix, mode]) | some mode in modes}
	pod_security.newer(value)
	msg := sprintf(
		"%s: the label `%s` is %s: the newest standards known here are those of v1.%d",
		[document.subject, label, value, pod_security.newest],
	)
}

known := {label |
	some mode in modes
	some suffix in ["", "-version"]
	label := sprintf("%s%s%s", [prefix, mode, suffix])
}
