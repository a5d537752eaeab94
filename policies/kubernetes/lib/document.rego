# METADATA
# title: Words for a document
# description: >-
#   What messages say about the input document, and about fields that may be absent. Fields are looked
#   up through object.get: a look-up that only describes must not decide where a finding points.
package kubernetes.lib.document

# unset(owner, path) holds where the path leads nowhere or to null, which Kubernetes reads alike.
unset(owner, path) if {
	is_object(owner)
	object.get(owner, path, null) == null
}

# The words for the input document: `Deployment shop/web`, or `Pod web` without a namespace.
subject := sprintf("%s %s%s", [
	object.get(input, "kind", "document"),
	namespace_prefix,
	name,
])

default namespace_prefix := ""

namespace_prefix := sprintf("%s/", [namespace]) if {
	namespace := object.get(input, ["metadata", "namespace"], null)
	is_string(namespace)
	namespace != ""
}

default name := "(unnamed)"

name := value if {
	value := object.get(input, ["metadata", "name"], null)
	is_string(value)
	value != ""
}

name := sprintf("%s*", [value]) if {
	unset(input, ["metadata", "name"])
	value := object.get(input, ["metadata", "generateName"], null)
	is_string(value)
}
