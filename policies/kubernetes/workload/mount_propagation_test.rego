package kubernetes.workload.mount_propagation_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.mount_propagation

pod(mount) := fixtures.pod({"name": "app", "volumeMounts": [mount]})

test_bidirectional_is_denied if {
	msg := "Pod shop/web: mounts that container `app` makes at `/mnt` spread to the node"
	mount_propagation.deny == {msg} with input as pod({
		"name": "disks",
		"mountPath": "/mnt",
		"mountPropagation": "Bidirectional",
	})
}

test_others_pass if {
	every value in ["HostToContainer", "None", null] {
		mount_propagation.deny == set() with input as pod({"name": "disks", "mountPropagation": value})
	}
	mount_propagation.deny == set() with input as pod({"name": "disks"})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		mount_propagation.deny == set() with input as document
	}
}
