package kubernetes.workload.runtime_socket_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.runtime_socket

pod(path) := fixtures.pod_with({"volumes": [{"name": "node", "hostPath": {"path": path}}]}, {"name": "app"})

test_the_socket_of_docker_is_denied if {
	msg := "Pod shop/web: volume `node` gives the pod the container runtime of the node, by `/var/run/docker.sock`"
	runtime_socket.deny == {msg} with input as pod("/var/run/docker.sock")
}

test_sockets_of_runtimes_are_denied if {
	every path in [
		"/run/docker.sock",
		"//run//docker.sock",
		"/run/containerd",
		"/run/containerd/containerd.sock",
		"/var/run/crio/crio.sock",
		"/run/k3s/containerd/containerd.sock",
	] {
		count(runtime_socket.deny) == 1 with input as pod(path)
	}
}

test_other_paths_pass if {
	every path in ["/run", "/var/run", "/data/docker.sock", "/run/app.sock"] {
		runtime_socket.deny == set() with input as pod(path)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		runtime_socket.deny == set() with input as document
	}
}
