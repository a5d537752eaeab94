package kubernetes.workload.host_path_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.host_path

pod(volume) := fixtures.pod_with({"volumes": [volume]}, {"name": "app"})

test_a_path_of_the_node_is_denied if {
	msg := "Pod shop/web: volume `files` mounts the path `/data/files` of the node"
	host_path.deny == {msg} with input as pod({"name": "files", "hostPath": {"path": "/data/files"}})
}

test_a_volume_without_a_name_is_denied if {
	msg := "Pod shop/web: volume `(unnamed)` mounts the path `/data` of the node"
	host_path.deny == {msg} with input as pod({"hostPath": {"path": "/data", "type": "Directory"}})
}

test_paths_with_checks_of_their_own_pass if {
	every path in ["/etc", "/var/log/pods", "/var/run/docker.sock"] {
		host_path.deny == set() with input as pod({"name": "files", "hostPath": {"path": path}})
	}
}

test_other_volumes_pass if {
	every source in [{"emptyDir": {}}, {"hostPath": null}, {"configMap": {"name": "x"}}, {}] {
		host_path.deny == set() with input as pod(object.union({"name": "files"}, source))
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		host_path.deny == set() with input as document
	}
}
