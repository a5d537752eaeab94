package kubernetes.network.ingress_snippet_test

import data.kubernetes.lib.network_fixtures_test as fixtures
import data.kubernetes.network.ingress_snippet as check

ingress(annotations) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "annotations": annotations}, "spec": {}}

test_snippets_are_denied if {
	every annotation in [
		"nginx.ingress.kubernetes.io/configuration-snippet",
		"nginx.ingress.kubernetes.io/server-snippet",
		"nginx.ingress.kubernetes.io/auth-snippet",
		"nginx.org/location-snippets",
	] {
		msg := sprintf("Ingress web: the annotation `%s` becomes configuration of the proxy", [annotation])
		check.deny == {msg} with input as ingress({annotation: "more_set_headers x"})
		check.deny == set() with input as ingress({annotation: ""})
		check.deny == set() with input as ingress({annotation: null})
	}
}

test_other_annotations_pass if {
	every annotations in [{}, null, {"nginx.ingress.kubernetes.io/rewrite-target": "/"}, {"example.com/configuration-snippet": "x"}] {
		check.deny == set() with input as ingress(annotations)
	}
}

test_other_kinds_pass if {
	document := object.union(ingress({"nginx.ingress.kubernetes.io/server-snippet": "x"}), {"kind": "Service"})
	check.deny == set() with input as document
}

test_what_is_missing_or_odd_passes if {
	every document in fixtures.odd {
		check.deny == set() with input as document
	}
}
