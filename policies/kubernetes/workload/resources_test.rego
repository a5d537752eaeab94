package kubernetes.workload.resources_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.resources

full := {"cpu": "100m", "memory": "64Mi"}

pod(value) := fixtures.pod({"name": "app", "resources": value})

test_nothing_set_is_denied if {
	every value in [null, {}, {"limits": null, "requests": {}}] {
		resources.deny == {
			"Pod shop/web: container `app` has no cpu limit",
			"Pod shop/web: container `app` has no cpu request",
			"Pod shop/web: container `app` has no memory limit",
			"Pod shop/web: container `app` has no memory request",
		} with input as pod(value)
	}
	count(resources.deny) == 4 with input as fixtures.pod({"name": "app"})
}

test_missing_limits_are_denied if {
	resources.deny == {
		"Pod shop/web: container `app` has no cpu limit",
		"Pod shop/web: container `app` has no memory limit",
	} with input as pod({"requests": full})
}

test_one_missing_limit_is_denied if {
	resources.deny == {"Pod shop/web: container `app` has no cpu limit"} with input as pod({
		"requests": full,
		"limits": {"memory": "64Mi"},
	})
}

test_limits_alone_pass if {
	resources.deny == set() with input as pod({"limits": full})
}

test_requests_and_limits_pass if {
	resources.deny == set() with input as pod({"limits": full, "requests": full})
}

test_init_containers_count if {
	count(resources.deny) == 4 with input as fixtures.pod_with(
		{"initContainers": [{"name": "setup"}]},
		{"name": "app", "resources": {"limits": full}},
	)
}

test_ephemeral_containers_do_not_count if {
	resources.deny == set() with input as fixtures.pod_with(
		{"ephemeralContainers": [{"name": "debug"}]},
		{"name": "app", "resources": {"limits": full}},
	)
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		resources.deny == set() with input as document
	}
}
