package kubernetes.network.named_port_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.named_port as check

# A run with one Deployment whose pods have a port of this name.
listening(port) := {"namespace": {"shop": {"apps/v1": {"Deployment": {"web": {"spec": {"template": {
	"metadata": {"labels": {"app": "web"}},
	"spec": {"containers": [{"name": "web", "ports": [{"name": "x", "containerPort": 1}, port]}]},
}}}}}}}}

msg := "NetworkPolicy shop/web: no pod has a port `http` (TCP)"

policy(port) := fixtures.policy({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"ports": [port]}]})

egress(peer) := fixtures.policy({"podSelector": {}, "egress": [{"to": [peer], "ports": [{"port": "http"}]}]})

test_a_name_that_no_pod_has_is_a_warning if {
	check.warn == {msg} with input as policy({"port": "http"}) with data.inventory as listening({"name": "web", "containerPort": 80})
	check.warn == {msg} with input as policy({"port": "http"}) with data.inventory as listening({"name": "http", "containerPort": 80, "protocol": "UDP"})
}

test_outgoing_traffic_to_pods_of_the_namespace if {
	inventory := listening({"name": "web", "containerPort": 80})
	check.warn == {msg} with input as egress({"podSelector": {"matchLabels": {"app": "web"}}}) with data.inventory as inventory
	every peer in [{"namespaceSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}, {"podSelector": {"matchLabels": {"app": "db"}}}] {
		check.warn == set() with input as egress(peer) with data.inventory as inventory
	}
}

test_names_that_a_pod_has_pass if {
	check.warn == set() with input as policy({"port": "http"}) with data.inventory as listening({"name": "http", "containerPort": 80})
	check.warn == set() with input as policy({"port": "http", "protocol": "UDP"})
		with data.inventory as listening({"name": "http", "containerPort": 80, "protocol": "UDP"})
	every port in [{"port": 80}, {"protocol": "UDP"}, {"port": null}] {
		check.warn == set() with input as policy(port) with data.inventory as listening({"name": "web", "containerPort": 80})
	}
}

test_without_pods_nothing_is_known if {
	check.warn == set() with input as policy({"port": "http"})
	check.warn == set() with input as policy({"port": "http"}) with data.inventory as fixtures.running({"app": "api"})
	operated := {"namespace": {"shop": {"monitoring.coreos.com/v1": {"Prometheus": {"main": {}}}}}}
	check.warn == set() with input as policy({"port": "http"})
		with data.inventory as object.union(listening({"name": "web", "containerPort": 80}), operated)
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.warn == set() with input as document
	}
}
