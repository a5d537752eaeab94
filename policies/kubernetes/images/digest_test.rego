package kubernetes.images.digest_test

import data.kubernetes.images.digest
import data.kubernetes.lib.fixtures_test as fixtures

sum := "sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2"

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_a_tag_is_a_warning if {
	msg := "Pod shop/web: the image `nginx:1.27` of container `app` is not pinned to a digest"
	digest.warn == {msg} with input as pod("nginx:1.27")
}

test_every_list_of_containers if {
	count(digest.warn) == 3 with input as fixtures.pod_with(
		{
			"initContainers": [{"name": "setup", "image": "nginx:1"}],
			"ephemeralContainers": [{"name": "debug", "image": "nginx:1"}],
		},
		{"name": "app", "image": "nginx:1"},
	)
}

test_images_without_a_version_are_reported_elsewhere if {
	every reference in ["registry.example:5000/nginx", "nginx", "nginx:latest", "nginx:main"] {
		digest.warn == set() with input as pod(reference)
	}
}

test_what_is_no_image_is_reported_elsewhere if {
	every reference in ["", "nginx@", "<image>", "Nginx:1", null, 7, {}] {
		digest.warn == set() with input as pod(reference)
	}
}

test_a_digest_passes if {
	digest.warn == set() with input as pod(sprintf("nginx:1.27@%s", [sum]))
	digest.warn == set() with input as pod(sprintf("nginx@%s", [sum]))
}

test_absent_fields_pass if {
	every document in [
		fixtures.pod({"name": "app"}),
		{"kind": "Pod", "spec": {}},
		{"kind": "Pod"},
		{},
	] {
		digest.warn == set() with input as document
	}
}
