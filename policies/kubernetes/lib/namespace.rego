# METADATA
# title: Namespaces
# description: What the checks of namespaces share.
package kubernetes.lib.namespace

# Namespaces of the control plane, which Kubernetes makes and fills by itself.
system := {"kube-node-lease", "kube-public", "kube-system"}

# The name of the Namespace in the input, unless it belongs to the control plane; undefined for any
# other document.
name := value if {
	input.kind == "Namespace"
	value := input.metadata.name
	not value in system
}
