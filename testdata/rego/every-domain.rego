package cases.every_domain

# The domain may be computed, and the body may hold anything a rule body may.
images_pinned if {
	every image in {container.image | some container in input.containers} {
		[_, digest] := split(image, "@")
		startswith(digest, "sha256:")
		not digest in input.revoked
	}
}

groups := [group |
	some group in ["a", "b"]
	every member in input.groups[group] {
		member.active
	}
]
