package kubernetes.images.registry_test

import data.kubernetes.images.registry
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference) := fixtures.pod({"name": "app", "image": reference})

given(allowed) := {"images/registry": {"allowed": allowed}}

test_another_registry_is_denied if {
	msg := "Pod shop/web: the image `nginx:1` of container `app` is from none of the allowed registries"
	registry.deny == {msg} with input as pod("nginx:1") with data.kpol.parameters as given(["registry.example.com"])
	every reference in ["registry.example.com/other/web:1", "registry.example.com/teams/web:1", "registry.example.com:5000/team/web"] {
		count(registry.deny) == 1 with input as pod(reference) with data.kpol.parameters as given(["registry.example.com/team"])
	}
}

test_allowed_registries_pass if {
	every reference in ["registry.example.com/team/web:1", "registry.example.com/team/a/b@sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2", "nginx", "docker.io/library/nginx:1", "docker.io/nginx"] {
		registry.deny == set() with input as pod(reference)
			with data.kpol.parameters as given(["registry.example.com/team/", "docker.io"])
	}
	registry.deny == set() with input as pod("nginx") with data.kpol.parameters as given(["docker.io/library"])
}

test_nothing_is_denied_by_default if {
	registry.deny == set() with input as pod("nginx:1")
	registry.deny == set() with input as pod("nginx:1") with data.kpol.parameters as given([])
	registry.deny == set() with input as pod("nginx:1") with data.kpol.parameters as {}
}

test_no_image_passes if {
	every reference in ["", "<image>", null, 7, {}] {
		registry.deny == set() with input as pod(reference) with data.kpol.parameters as given(["registry.example.com"])
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		registry.deny == set() with input as document
	}
}
