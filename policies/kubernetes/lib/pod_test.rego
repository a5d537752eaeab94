package kubernetes.lib.pod_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.lib.pod

spec := {
	"containers": [{"name": "app"}],
	"initContainers": [{"name": "setup"}],
	"ephemeralContainers": [{"name": "debug"}],
}

test_documents_without_a_pod if {
	every document in fixtures.hollow {
		not pod.subject with input as document
	}
}

test_crooked_pods_have_a_view if {
	every document in fixtures.crooked {
		pod.subject with input as document
	}
}

test_without_a_spec_there_is_no_pod if {
	every document in [{"kind": "Pod"}, {"kind": "Pod", "spec": null}, {"kind": "Pod", "spec": []}] {
		not pod.subject with input as document
	}
}

test_containers_in_the_order_of_messages if {
	[container.name | some container in pod.containers(spec)] == ["setup", "app", "debug"]
}

test_odd_containers if {
	[container.name | some container in pod.containers({"containers": [null, {"name": 7}, {}, "text"]})] == ["", "7", "", ""]
	every list in [null, {}, "text", []] {
		pod.containers({"containers": list, "initContainers": list, "ephemeralContainers": list}) == []
	}
}

test_odd_metadata if {
	every metadata in [null, {}, "text", {"annotations": null}, {"annotations": []}] {
		pod.view({"metadata": metadata, "spec": {}}).annotations == {}
	}
	pod.view({"spec": {}}).annotations == {}
}

test_windows if {
	pod.windows({"spec": {"os": {"name": "windows"}}})
	every os in [null, {}, {"name": null}, {"name": "linux"}, "windows"] {
		not pod.windows({"spec": {"os": os}})
	}
	not pod.windows({"spec": {}})
}

test_the_deepest_field_that_is_there if {
	otherwise := {"object": [], "key": 0}
	container := {"securityContext": {"capabilities": {"add": []}}}
	pod.at(container, ["securityContext", "capabilities", "add"], otherwise) == {
		"object": {"add": []},
		"key": "add",
	}
	pod.at(container, ["securityContext", "capabilities", "drop"], otherwise) == {
		"object": {"capabilities": {"add": []}},
		"key": "capabilities",
	}
	pod.at(container, ["ports"], otherwise) == otherwise
	pod.at(null, ["ports"], otherwise) == otherwise
}

test_words if {
	pod.names([{"name": "a"}]) == `container "a"`
	pod.names([{"name": "a"}, {"name": "b"}]) == `containers "a", "b"`
	pod.setters([1], [{"name": "a"}]) == `pod and container "a"`
	pod.setters([], [{"name": "a"}]) == `container "a"`
	pod.setters([1], []) == "pod"
	pod.uses([1]) == "uses"
	pod.uses([1, 2]) == "use"
	pod.text(true) == "true"
}
