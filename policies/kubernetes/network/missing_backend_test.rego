package kubernetes.network.missing_backend_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.missing_backend as check

ingress(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}

path(name) := {"rules": [{"http": {"paths": [{"backend": {"service": {"name": name}}}]}}]}

services := {"namespace": {"shop": {"v1": {"Service": {"web": {}}}}}, "cluster": {"v1": {"Service": {"unplaced": {}}}}}

msg := "Ingress shop/web: the Service `gone` is not among the documents of namespace shop"

test_a_service_that_is_not_there_is_a_warning if {
	check.warn == {msg} with input as ingress(path("gone")) with data.inventory as services
	check.warn == {msg} with input as ingress({"defaultBackend": {"service": {"name": "gone"}}}) with data.inventory as services
}

test_services_that_are_there_pass if {
	every name in ["web", "unplaced"] {
		check.warn == set() with input as ingress(path(name)) with data.inventory as services
	}
	check.warn == set() with input as ingress({"defaultBackend": {"resource": {"name": "bucket"}}}) with data.inventory as services
}

# Nothing of the kind is there, so that nothing can be said.
test_other_folders_pass if {
	check.warn == set() with input as ingress(path("gone")) with data.inventory as {}
	check.warn == set() with input as ingress(path("gone"))
	check.warn == set() with input as object.union(ingress(path("gone")), {"metadata": {"namespace": ""}}) with data.inventory as services
	operated := object.union(services, {"namespace": {"shop": {"monitoring.coreos.com/v1": {"Prometheus": {"main": {}}}}}})
	check.warn == set() with input as ingress(path("gone")) with data.inventory as operated
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
