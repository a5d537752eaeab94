package kubernetes.workload.resources_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.resources

full := {"cpu": "100m", "memory": "64Mi"}

pod(value) := fixtures.pod({"name": "app", "resources": value})

said(words) := sprintf("Pod shop/web: container `app` has no %s", [words])

test_nothing_set_is_denied if {
	msg := said("cpu request, no memory request, no cpu limit, no memory limit")
	every value in [null, {}, {"limits": null, "requests": {}}] {
		resources.deny == {msg} with input as pod(value)
		resources.warn == set() with input as pod(value)
	}
	resources.deny == {msg} with input as fixtures.pod({"name": "app"})
}

test_missing_limits_are_denied if {
	resources.deny == {said("cpu limit, no memory limit")} with input as pod({"requests": full})
}

test_a_missing_request_is_denied if {
	resources.deny == {said("cpu request, no cpu limit")} with input as pod({"limits": {"memory": "64Mi"}})
}

test_a_cpu_limit_alone_is_a_warning if {
	value := {"requests": full, "limits": {"memory": "64Mi"}}
	resources.warn == {said("cpu limit")} with input as pod(value)
	resources.deny == set() with input as pod(value)
}

test_limits_alone_pass if {
	resources.deny == set() with input as pod({"limits": full})
	resources.warn == set() with input as pod({"limits": full})
}

test_requests_and_limits_pass if {
	resources.deny == set() with input as pod({"limits": full, "requests": full})
}

test_resources_of_the_pod_count if {
	resources.deny == set() with input as fixtures.pod_with({"resources": {"limits": full}}, {"name": "app"})
	resources.warn == set() with input as fixtures.pod_with({"resources": {"limits": full}}, {"name": "app"})
	resources.deny == {said("cpu limit, no memory limit")} with input as fixtures.pod_with(
		{"resources": {"requests": full}},
		{"name": "app"},
	)
}

test_a_patch_passes if {
	resources.deny == set() with input as {"kind": "Pod", "spec": {"containers": [{"name": "app"}]}}
}

test_init_containers_count if {
	count(resources.deny) == 1 with input as fixtures.pod_with(
		{"initContainers": [{"name": "setup", "image": fixtures.image}]},
		{"name": "app", "resources": {"limits": full}},
	)
}

test_ephemeral_containers_do_not_count if {
	resources.deny == set() with input as fixtures.pod_with(
		{"ephemeralContainers": [{"name": "debug"}]},
		{"name": "app", "resources": {"limits": full}},
	)
}

range(limit) := fixtures.beside({"LimitRange": [{"metadata": {"name": "defaults"}, "spec": {"limits": [limit]}}]})

test_defaults_of_a_limit_range_count if {
	resources.deny == set() with input as pod({}) with data.inventory as range({"type": "Container", "default": full})
	resources.deny == {said("cpu limit, no memory limit")} with input as pod({})
		with data.inventory as range({"type": "Container", "defaultRequest": full})
	resources.warn == {said("cpu limit")} with input as pod({}) with data.inventory as range({
		"type": "Container",
		"default": {"memory": "64Mi"},
		"defaultRequest": {"cpu": "1"},
	})
}

test_other_limit_ranges_do_not_count if {
	every limit in [
		{"type": "Pod", "default": full},
		{"type": "Container", "max": full},
		{"type": "Container", "default": null},
		{},
		null,
	] {
		count(resources.deny) == 1 with input as pod({}) with data.inventory as range(limit)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		resources.deny == set() with input as document
		resources.warn == set() with input as document
	}
}
