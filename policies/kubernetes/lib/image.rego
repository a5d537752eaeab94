# METADATA
# title: Image references
# description: The parts of an image reference such as `registry.example:5000/shop/web:1.4@sha256:…`.
package kubernetes.lib.image

# digest(reference) is what follows the `@`; undefined without one.
digest(reference) := parts[1] if {
	parts := split(reference, "@")
	count(parts) == 2
	parts[1] != ""
}

# tag(reference) is what follows the last colon of the last path segment; undefined without one. A
# colon before the last slash belongs to the registry's port.
tag(reference) := parts[1] if {
	segments := split(split(reference, "@")[0], "/")
	parts := split(segments[count(segments) - 1], ":")
	count(parts) == 2
	parts[1] != ""
}

has_digest(reference) if digest(reference)

has_tag(reference) if tag(reference)
