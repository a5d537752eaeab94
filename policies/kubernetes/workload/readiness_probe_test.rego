package kubernetes.workload.readiness_probe_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.readiness_probe

kinds := ["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]

workload(kind, spec) := {"kind": kind, "metadata": {"name": "web"}, "spec": {"template": {"spec": spec}}}

bare := {"name": "app", "image": fixtures.image, "ports": [{"containerPort": 80}]}

probed(probe) := object.union(bare, {"readinessProbe": probe})

test_none_is_a_warning if {
	readiness_probe.warn == {"Pod shop/web: container `app` serves a port and has no readiness probe"} with input as fixtures.pod(bare)
	every kind in kinds {
		every container in [bare, probed(null)] {
			count(readiness_probe.warn) == 1 with input as workload(kind, {"containers": [container]})
		}
	}
}

test_a_probe_passes if {
	readiness_probe.warn == set() with input as fixtures.pod(probed({"exec": {"command": ["true"]}}))
}

test_what_ends_passes if {
	every kind in ["Job", "PodTemplate"] {
		readiness_probe.warn == set() with input as workload(kind, {"containers": [bare]})
	}
	every policy in ["Never", "OnFailure"] {
		readiness_probe.warn == set() with input as fixtures.pod_with({"restartPolicy": policy}, bare)
	}
}

test_other_containers_pass if {
	readiness_probe.warn == set() with input as workload("Deployment", {
		"initContainers": [bare],
		"ephemeralContainers": [bare],
		"containers": [],
	})
}

test_pods_that_others_own_pass if {
	readiness_probe.warn == set() with input as object.union(fixtures.pod(bare), {"metadata": {
		"name": "web",
		"ownerReferences": [{"kind": "ReplicaSet", "name": "web"}],
	}})
}

test_no_ports_pass if {
	every fields in [{}, {"ports": null}, {"ports": []}, {"ports": "80"}] {
		readiness_probe.warn == set() with input as fixtures.pod(object.union({"name": "app"}, fields))
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in fixtures.hollow {
		readiness_probe.warn == set() with input as document
	}
}
