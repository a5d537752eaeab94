package kubernetes.workload.ssh_port_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.ssh_port

pod(port) := fixtures.pod({"name": "app", "ports": [port]})

test_port_22_is_a_warning if {
	msg := "Pod shop/web: container `app` serves port 22, that of SSH"
	ssh_port.warn == {msg} with input as pod({"containerPort": 22})
}

test_others_pass if {
	every port in [{"containerPort": 2222}, {"containerPort": "22"}, {"hostPort": 22}, {}, null] {
		ssh_port.warn == set() with input as pod(port)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		ssh_port.warn == set() with input as document
	}
}
