package kubernetes.workload.writable_host_path_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.writable_host_path

pod(host, mount) := fixtures.pod_with(
	{"volumes": [{"name": "node", "hostPath": host}, {"name": "other", "emptyDir": {}}]},
	{"name": "app", "volumeMounts": [mount]},
)

test_a_writable_mount_is_denied if {
	msg := "Pod shop/web: container `app` can write the path `/data` of the node, which it mounts at `/files`"
	every mode in [{}, {"readOnly": null}, {"readOnly": false}] {
		writable_host_path.deny == {msg} with input as pod(
			{"path": "/data"},
			object.union({"name": "node", "mountPath": "/files"}, mode),
		)
	}
}

test_a_read_only_mount_passes if {
	writable_host_path.deny == set() with input as pod(
		{"path": "/data"},
		{"name": "node", "mountPath": "/files", "readOnly": true},
	)
}

test_sockets_and_devices_pass if {
	every host in [
		{"path": "/run/docker.sock"},
		{"path": "/run/app.sock"},
		{"path": "/run/app", "type": "Socket"},
		{"path": "/dev/kvm"},
		{"path": "/data/disk", "type": "BlockDevice"},
	] {
		writable_host_path.deny == set() with input as pod(host, {"name": "node", "mountPath": "/files"})
	}
}

test_paths_that_steer_are_reported_elsewhere if {
	writable_host_path.deny == set() with input as pod({"path": "/opt/cni/bin"}, {"name": "node", "mountPath": "/x"})
}

test_other_volumes_pass if {
	every name in ["other", "nowhere", null] {
		writable_host_path.deny == set() with input as pod({"path": "/data"}, {"name": name})
	}
	writable_host_path.deny == set() with input as pod({"path": null}, {"name": "node"})
	writable_host_path.deny == set() with input as pod(null, {"name": "node"})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		writable_host_path.deny == set() with input as document
	}
}
