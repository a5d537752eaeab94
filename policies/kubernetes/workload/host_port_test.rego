package kubernetes.workload.host_port_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.host_port

pod(port) := fixtures.pod({"name": "app", "ports": [port]})

test_a_host_port_is_denied if {
	msg := "Pod shop/web: container `app` takes the port 8443 of its node"
	host_port.deny == {msg} with input as pod({"containerPort": 443, "hostPort": 8443})
}

test_the_host_s_network_is_reported_elsewhere if {
	host_port.deny == set() with input as fixtures.pod_with(
		{"hostNetwork": true},
		{"name": "app", "ports": [{"containerPort": 80, "hostPort": 80}]},
	)
}

test_others_pass if {
	every port in [{"containerPort": 80}, {"hostPort": 0}, {"hostPort": null}, {"hostPort": "80"}] {
		host_port.deny == set() with input as pod(port)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		host_port.deny == set() with input as document
	}
}
