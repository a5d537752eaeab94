# METADATA
# title: Policies select namespaces by labels that they have
# description: >-
#   Kubernetes gives a Namespace one label, `kubernetes.io/metadata.name`. A policy that selects `name:
#   production` selects nothing unless somebody sets that label, and whoever may label namespaces can set it
#   on another one. Where the namespaces of the whole cluster are among the documents, kube-system too, other
#   labels and names that none of them has are a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-namespace-by-its-name
#   description: Network policies, "Targeting a Namespace by its name"
# custom:
#   id: network/namespace-label
#   severity: medium
#   remediation: >-
#     Select by `kubernetes.io/metadata.name`.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.namespace_label

import data.kubernetes.lib.document
import data.kubernetes.lib.network

# Labels that are taken for the name.
taken := {"kubernetes.io/metadata/name", "kubernetes.io/name", "metadata.name", "name", "namespace", "ns"}

deny contains msg if {
	some peer in network.peers
	some key, value in peer.namespaceSelector.matchLabels
	key in taken
	not known(key, value)
	msg := words(key, value)
}

deny contains msg if {
	some peer in network.peers
	some expression in peer.namespaceSelector.matchExpressions
	expression.operator == "In"
	key := expression.key
	key in taken
	some value in expression.values
	not known(key, value)
	msg := words(key, value)
}

warn contains msg if {
	complete
	some peer in network.peers
	some key, value in peer.namespaceSelector.matchLabels
	not key in taken
	not known(key, value)
	msg := sprintf("%s: selects namespaces by the label `%s: %v`, which none has", [document.subject, key, value])
}

words(key, value) := sprintf("%s: selects namespaces by the label `%s: %v`, which Kubernetes does not set", [
	document.subject,
	key,
	value,
])

# A Namespace of the run has the label.
known(key, value) if {
	some namespace in data.inventory.cluster.v1.Namespace
	namespace.metadata.labels[key] == value
}

# Kubernetes sets it.
known("kubernetes.io/metadata.name", value) if data.inventory.cluster.v1.Namespace[value]

# Nobody writes a manifest for kube-system: the documents are those of a cluster.
complete if data.inventory.cluster.v1.Namespace["kube-system"]
