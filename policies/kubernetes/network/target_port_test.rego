package kubernetes.network.target_port_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.target_port as check

# A run with one Deployment whose pods have a port of this name.
listening(port) := {"namespace": {"shop": {"apps/v1": {"Deployment": {"web": {"spec": {"template": {
	"metadata": {"labels": {"app": "web"}},
	"spec": {"containers": [{"name": "web", "ports": [{"name": "x", "containerPort": 1}, port]}]},
}}}}}}}}

service(port) := fixtures.service({"selector": {"app": "web"}, "ports": [port]})

test_a_name_that_no_pod_has_is_a_warning if {
	msg := "Service shop/web: none of its pods has a port `http` (TCP)"
	check.warn == {msg} with input as service({"port": 80, "targetPort": "http"}) with data.inventory as listening({"name": "web", "containerPort": 80})
}

test_ports_that_are_there_pass if {
	check.warn == set() with input as service({"port": 80, "targetPort": "http"}) with data.inventory as listening({"name": "http", "containerPort": 80})
	check.warn == set() with input as service({"port": 80, "targetPort": "http", "protocol": "UDP"})
		with data.inventory as listening({"name": "http", "containerPort": 80, "protocol": "UDP"})
	every target in [8080, "8080", null] {
		check.warn == set() with input as service({"port": 80, "targetPort": target}) with data.inventory as listening({"name": "web", "containerPort": 80})
	}
	check.warn == set() with input as service({"port": 80}) with data.inventory as listening({"name": "web", "containerPort": 80})
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as service({"port": 80, "targetPort": "http"})
	check.warn == set() with input as service({"port": 80, "targetPort": "http"}) with data.inventory as fixtures.running({"app": "api"})
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
