package kubernetes.images.digest_test

import data.kubernetes.images.digest
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_a_tag_is_a_warning if {
	msg := "Pod shop/web: the image `nginx:1.27` of container `app` is not pinned to a digest"
	digest.warn == {msg} with input as pod("nginx:1.27")
}

test_no_tag_is_a_warning if {
	count(digest.warn) == 1 with input as pod("registry.example:5000/nginx")
	count(digest.warn) == 1 with input as pod("nginx@")
}

test_a_digest_passes if {
	digest.warn == set() with input as pod("nginx:1.27@sha256:abc")
	digest.warn == set() with input as pod("nginx@sha256:abc")
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
