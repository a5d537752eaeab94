package kubernetes.images.tag_test

import data.kubernetes.images.tag
import data.kubernetes.lib.fixtures_test as fixtures

sum := "sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2"

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_no_tag_is_denied if {
	tag.deny == {"Pod shop/web: the image `nginx` of container `app` has no tag"} with input as pod("nginx")
	count(tag.deny) == 1 with input as pod("registry.example:5000/nginx")
}

test_latest_is_denied if {
	msg := "Pod shop/web: the image `nginx:latest` of container `app` has the tag `latest`, which is no version"
	tag.deny == {msg} with input as pod("nginx:latest")
}

test_branches_are_denied if {
	msg := "Pod shop/web: the image `nginx:main` of container `app` has the tag `main`, which is no version"
	tag.deny == {msg} with input as pod("nginx:main")
}

test_what_is_no_image_is_reported_elsewhere if {
	every reference in ["", "nginx:", "<image>", "Nginx", null, 7, {}] {
		tag.deny == set() with input as pod(reference)
	}
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
		sprintf("nginx@%s", [sum]),
		sprintf("nginx:1.27@%s", [sum]),
		sprintf("nginx:latest@%s", [sum]),
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
