package kubernetes.images.frozen_registry_test

import data.kubernetes.images.frozen_registry
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_a_frozen_registry_is_denied if {
	msg := "Pod shop/web: the image `k8s.gcr.io/pause:3.1` of container `app` is from `k8s.gcr.io`, which is not kept up"
	frozen_registry.deny == {msg} with input as pod("k8s.gcr.io/pause:3.1")
	count(frozen_registry.deny) == 1 with input as pod("gcr.io/google_containers/nginx")
}

test_others_pass if {
	every reference in ["registry.k8s.io/pause:3.9", "gcr.io/google-samples/hello-app:1.0", "k8s.gcr.io.example.com/pause", "pause", "", null, 7] {
		frozen_registry.deny == set() with input as pod(reference)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		frozen_registry.deny == set() with input as document
	}
}
