package kubernetes.images.tag_test

import data.kubernetes.images.tag
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_no_tag_is_denied if {
	tag.deny == {"Pod shop/web: the image `nginx` of container `app` has no tag"} with input as pod("nginx")
	every reference in ["registry.example:5000/nginx", "nginx:", ""] {
		count(tag.deny) == 1 with input as pod(reference)
	}
}

test_latest_is_denied if {
	msg := "Pod shop/web: the image `nginx:latest` of container `app` has the tag `latest`"
	tag.deny == {msg} with input as pod("nginx:latest")
}

test_every_list_of_containers if {
	container := {"name": "app", "image": "nginx"}
	count(tag.deny) == 3 with input as fixtures.pod_with(
		{
			"initContainers": [{"name": "setup", "image": "nginx"}],
			"ephemeralContainers": [{"name": "debug", "image": "nginx"}],
		},
		container,
	)
}

test_versions_pass if {
	every reference in [
		"nginx:1.27",
		"registry.example:5000/nginx:1.27",
		"nginx@sha256:abc",
		"nginx:1.27@sha256:abc",
		"nginx:latest@sha256:abc",
	] {
		tag.deny == set() with input as pod(reference)
	}
}

test_absent_fields_pass if {
	every document in [
		fixtures.pod({"name": "app"}),
		{"kind": "Pod", "spec": {}},
		{"kind": "Pod"},
		{},
	] {
		tag.deny == set() with input as document
	}
}
