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

test_repository if {
	image.repository("nginx:1") == "docker.io/library/nginx"
	image.repository("grafana/grafana@sha256:abc") == "docker.io/grafana/grafana"
	image.repository("localhost/web") == "localhost/web"
	image.repository("registry.example:5000/web:1") == "registry.example:5000/web"
}

test_below if {
	image.below("ghcr.io/team/web:1", "ghcr.io/team")
	image.below("ghcr.io/team/web:1", "ghcr.io/team/web")
	not image.below("ghcr.io/teams/web:1", "ghcr.io/team")
	not image.below("nginx", "ghcr.io")
}

test_unversioned if {
	every reference in ["nginx", "nginx:latest", "nginx:main", "registry.example:5000/web"] {
		image.unversioned(reference)
	}
	every reference in ["nginx:1", "nginx@sha256:abc", "nginx:latest@sha256:abc", "nginx:1-latest"] {
		not image.unversioned(reference)
	}
}
