package kubernetes.lib.image_test

import data.kubernetes.lib.image

test_tag if {
	image.tag("nginx:1.27") == "1.27"
	image.tag("registry.example:5000/shop/web:1.27") == "1.27"
	image.tag("nginx:1.27@sha256:abc") == "1.27"
}

test_no_tag if {
	every reference in ["nginx", "nginx:", "registry.example:5000/web", "nginx@sha256:abc", ""] {
		not image.has_tag(reference)
	}
}

test_digest if {
	image.digest("nginx@sha256:abc") == "sha256:abc"
	image.digest("registry.example:5000/web:1@sha256:abc") == "sha256:abc"
}

test_no_digest if {
	every reference in ["nginx", "nginx:1", "nginx@", ""] {
		not image.has_digest(reference)
	}
}
