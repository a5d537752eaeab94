package kubernetes.workload.liveness_probe_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.liveness_probe

kinds := ["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]

workload(kind, spec) := {"kind": kind, "metadata": {"name": "web"}, "spec": {"template": {"spec": spec}}}

bare := {"name": "app", "image": fixtures.image, "ports": [{"containerPort": 80}]}

probed(probe) := object.union(bare, {"livenessProbe": probe})

test_none_is_a_warning if {
	liveness_probe.warn == {"Pod shop/web: container `app` has no liveness probe"} with input as fixtures.pod(bare)
	every kind in kinds {
		every container in [bare, probed(null)] {
			count(liveness_probe.warn) == 1 with input as workload(kind, {"containers": [container]})
		}
	}
}

test_a_probe_passes if {
	liveness_probe.warn == set() with input as fixtures.pod(probed({"exec": {"command": ["true"]}}))
}

test_what_ends_passes if {
	every kind in ["Job", "PodTemplate"] {
		liveness_probe.warn == set() with input as workload(kind, {"containers": [bare]})
	}
	every policy in ["Never", "OnFailure"] {
		liveness_probe.warn == set() with input as fixtures.pod_with({"restartPolicy": policy}, bare)
	}
}

test_other_containers_pass if {
	liveness_probe.warn == set() with input as workload("Deployment", {
		"initContainers": [bare],
		"ephemeralContainers": [bare],
		"containers": [],
	})
}

test_pods_that_others_own_pass if {
	liveness_probe.warn == set() with input as object.union(fixtures.pod(bare), {"metadata": {
		"name": "web",
		"ownerReferences": [{"kind": "ReplicaSet", "name": "web"}],
	}})
}

test_absent_fields_and_wrong_types_pass if {
	every document in fixtures.hollow {
		liveness_probe.warn == set() with input as document
	}
}
