# METADATA
# title: Image references
# description: The parts of an image reference such as `registry.example:5000/shop/web:1.4@sha256:…`.
package kubernetes.lib.image

# valid(reference) holds for what a container runtime can pull: a registry, a path in lower case, a tag,
# a digest; only the path has to be there.
valid(reference) if {
	is_string(reference)
	regex.match(
		`^((localhost|[a-z0-9-]*[A-Z][a-zA-Z0-9-]*|[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*:[0-9]+|\[[0-9a-fA-F:]+\](:[0-9]+)?)/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(@(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?$`,
		reference,
	)
}

# repository(reference) is the reference without tag and digest, and with the registry that is meant where
# none is named.
repository(reference) := name if {
	name := untagged(reference)
	hosted(name)
} else := sprintf("docker.io/%s", [name]) if {
	name := untagged(reference)
	contains(name, "/")
} else := sprintf("docker.io/library/%s", [untagged(reference)])

# The first segment is a registry where it has a dot, a port or a capital letter, or is `localhost`.
hosted(name) if {
	segments := split(name, "/")
	count(segments) > 1
	regex.match(`[.:A-Z]|^localhost$`, segments[0])
}

untagged(reference) := regex.replace(split(reference, "@")[0], `:[^:/]*$`, "")

# below(reference, prefix) holds where the image's repository is the prefix, or lies below it. `docker.io` is
# what images without a registry are from.
below(reference, prefix) if repository(reference) == trim_suffix(prefix, "/")

below(reference, prefix) if startswith(repository(reference), sprintf("%s/", [trim_suffix(prefix, "/")]))

# moving(reference) is the tag that will name another image tomorrow: the latest one, or a branch.
moving(reference) := name if {
	not has_digest(reference)
	name := tag(reference)
	name in {"canary", "dev", "develop", "edge", "head", "latest", "main", "master", "nightly", "stable", "unstable"}
}

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

# The reference names no version: no digest, and no tag, or one that moves.
unversioned(reference) if {
	not has_digest(reference)
	not has_tag(reference)
}

unversioned(reference) if moving(reference)
