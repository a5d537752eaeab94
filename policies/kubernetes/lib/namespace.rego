# METADATA
# title: Namespaces
# description: What the checks of namespaces share.
package kubernetes.lib.namespace

import data.kubernetes.lib.document

# Namespaces of the control plane, which Kubernetes makes and fills by itself.
system := {"kube-node-lease", "kube-public", "kube-system"}

# The name of the Namespace in the input, unless it belongs to the control plane; undefined for any
# other document. A name that is a variable (`$(NAME)`) is one of a template, and `$patch` is a directive for
# Kustomize: nobody can tell what becomes of either.
name := value if {
	input.kind == "Namespace"
	value := input.metadata.name
	is_string(value)
	not value in system
	not contains(value, "$")
	not contains(value, "{{")
	document.unset(input, ["$patch"])
}
