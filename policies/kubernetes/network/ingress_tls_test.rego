package kubernetes.network.ingress_tls_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.ingress_tls as check

ingress(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"}, "spec": spec}

test_hosts_without_tls_are_warned_of if {
	spec := {"rules": [{"host": "a.example.com"}, {"host": "b.example.com"}], "tls": [{"hosts": ["a.example.com"]}]}
	check.warn == {"Ingress web: no TLS for the host `b.example.com`"} with input as ingress(spec)
	check.warn == {"Ingress web: no TLS"} with input as ingress({"rules": [{"http": {}}]})
}

test_covered_hosts_pass if {
	every tls in [[{"hosts": ["a.example.com"]}], [{"hosts": ["*.example.com"]}], [{"secretName": "all"}]] {
		check.warn == set() with input as ingress({"rules": [{"host": "a.example.com"}], "tls": tls})
	}
	check.warn == {"Ingress web: no TLS for the host `x.a.example.com`"} with input as ingress({
		"rules": [{"host": "x.a.example.com"}],
		"tls": [{"hosts": ["*.example.com"]}],
	})
}

test_certificates_in_annotations_count if {
	every annotation in ["alb.ingress.kubernetes.io/certificate-arn", "networking.gke.io/managed-certificates", "nginx.ingress.kubernetes.io/ssl-passthrough"] {
		document := object.union(ingress({"rules": [{"host": "a.example.com"}]}), {"metadata": {"annotations": {annotation: "true"}}})
		check.warn == set() with input as document
		off := object.union(document, {"metadata": {"annotations": {annotation: "false"}}})
		count(check.warn) == 1 with input as off
	}
}

test_ingresses_of_others_pass if {
	document := object.union(ingress({"rules": [{"host": "a.example.com"}]}), {"apiVersion": "networking.internal.knative.dev/v1alpha1"})
	check.warn == set() with input as document
}

test_without_rules_all_passes if {
	every spec in [{}, {"rules": []}, {"rules": null}, {"defaultBackend": {}}] {
		check.warn == set() with input as ingress(spec)
	}
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		object.get(check, "deny", set()) == set() with input as document
		object.get(check, "warn", set()) == set() with input as document
	}
}
