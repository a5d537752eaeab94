package kubernetes.images.pull_policy_test

import data.kubernetes.images.pull_policy
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference, policy) := fixtures.pod({"name": "app", "image": reference, "imagePullPolicy": policy})

test_a_stale_image_is_a_warning if {
	msg := "Pod shop/web: the image `nginx:latest` of container `app` is no version, and its pull policy is `Never`"
	pull_policy.warn == {msg} with input as pod("nginx:latest", "Never")
	every reference in ["nginx", "nginx:main"] {
		count(pull_policy.warn) == 1 with input as pod(reference, "IfNotPresent")
	}
}

test_others_pass if {
	pull_policy.warn == set() with input as pod("nginx:1.27", "IfNotPresent")
	pull_policy.warn == set() with input as pod("<image>", "IfNotPresent")
	every policy in ["Always", null, 7] {
		pull_policy.warn == set() with input as pod("nginx", policy)
	}
	pull_policy.warn == set() with input as fixtures.pod({"name": "app", "image": "nginx"})
	pull_policy.warn == set() with input as fixtures.pod({"name": "app", "imagePullPolicy": "Never"})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		pull_policy.warn == set() with input as document
	}
}
