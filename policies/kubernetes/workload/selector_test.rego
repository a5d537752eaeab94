package kubernetes.workload.selector_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.selector

workload(kind, select, metadata) := {
	"kind": kind,
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {
		"selector": select,
		"template": {"metadata": metadata, "spec": {"containers": [{"name": "app", "image": fixtures.image}]}},
	},
}

test_another_label_is_denied if {
	msg := "Deployment shop/web: the template has no label `app: web`, which its selector asks for"
	every metadata in [{"labels": {"app": "api"}}, {"labels": {}}, {"labels": null}, {}, null] {
		selector.deny == {msg} with input as workload("Deployment", {"matchLabels": {"app": "web"}}, metadata)
	}
}

test_its_own_labels_pass if {
	every kind in ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"] {
		selector.deny == set() with input as workload(kind, {"matchLabels": {"app": "web"}}, {"labels": {"app": "web", "tier": "front"}})
	}
}

test_absent_selectors_pass if {
	every select in [null, {}, {"matchLabels": null}, {"matchLabels": {}}, {"matchLabels": []}, "text"] {
		selector.deny == set() with input as workload("Deployment", select, {})
	}
}

test_jobs_and_patches_pass if {
	selector.deny == set() with input as workload("Job", {"matchLabels": {"app": "web"}}, {})
	selector.deny == set() with input as {"kind": "Deployment", "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"spec": {"containers": [{"name": "app"}]}}}}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		selector.deny == set() with input as document
	}
}
