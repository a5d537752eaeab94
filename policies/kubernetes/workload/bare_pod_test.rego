package kubernetes.workload.bare_pod_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.bare_pod

metadata(fields) := object.union(fixtures.pod({"name": "app"}), {"metadata": object.union({"name": "web"}, fields)})

test_a_bare_pod_is_a_warning if {
	bare_pod.warn == {"Pod shop/web: the pod has no controller that starts it again on another node"} with input as fixtures.pod({})
	every fields in [{"ownerReferences": null}, {"ownerReferences": []}, {"annotations": null}] {
		count(bare_pod.warn) == 1 with input as metadata(fields)
	}
	count(bare_pod.warn) == 1 with input as fixtures.pod_with({"restartPolicy": "Always"}, {})
}

test_an_owned_pod_passes if {
	bare_pod.warn == set() with input as metadata({"ownerReferences": [{"kind": "ReplicaSet", "name": "web"}]})
}

test_what_ends_passes if {
	every policy in ["Never", "OnFailure"] {
		bare_pod.warn == set() with input as fixtures.pod_with({"restartPolicy": policy}, {})
	}
}

test_hooks_and_mirrors_pass if {
	every annotation in ["helm.sh/hook", "argocd.argoproj.io/hook", "kubernetes.io/config.mirror"] {
		bare_pod.warn == set() with input as metadata({"annotations": {annotation: "test"}})
	}
}

test_other_kinds_pass if {
	every document in [{"kind": "Deployment", "spec": {"template": {"spec": {}}}}, {"kind": "Service"}, {}] {
		bare_pod.warn == set() with input as document
	}
}
