package kubernetes.workload.sensitive_host_path_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.sensitive_host_path

pod(path) := fixtures.pod_with({"volumes": [{"name": "node", "hostPath": {"path": path}}]}, {"name": "app"})

test_the_root_is_denied if {
	msg := "Pod shop/web: volume `node` mounts the sensitive path `/` of the node"
	sensitive_host_path.deny == {msg} with input as pod("/")
}

test_paths_that_tell_are_denied if {
	every path in [
		"/etc",
		"/etc/",
		"//etc/./kubernetes",
		"/etc/kubernetes/pki",
		"/var/lib/kubelet/pods",
		"/var/log",
		"/proc",
		"/root/.ssh",
		"/var/run",
		"/run",
		"/home",
	] {
		count(sensitive_host_path.deny) == 1 with input as pod(path)
	}
}

mounted(path, mode) := fixtures.pod_with(
	{"volumes": [{"name": "node", "hostPath": {"path": path}}]},
	{"name": "app", "volumeMounts": [object.union({"name": "node", "mountPath": "/x"}, mode)]},
)

test_paths_that_steer_are_denied_where_they_can_be_written if {
	every path in ["/usr/bin", "/sys/fs/cgroup", "/opt/cni/bin", "/lib/modules/6.1", "/dev", "/boot"] {
		count(sensitive_host_path.deny) == 1 with input as mounted(path, {})
		count(sensitive_host_path.deny) == 1 with input as mounted(path, {"readOnly": false})
		sensitive_host_path.deny == set() with input as mounted(path, {"readOnly": true})
		sensitive_host_path.deny == set() with input as pod(path)
	}
}

test_other_paths_pass if {
	every path in [
		"/data",
		"/etcetera",
		"/var/lib/app",
		"/etc/localtime",
		"/etc/ssl/certs",
		"/run/app",
		"/home/app/data",
		"/dev/kvm",
		"/run/containerd/containerd.sock",
	] {
		sensitive_host_path.deny == set() with input as mounted(path, {})
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		sensitive_host_path.deny == set() with input as document
	}
}
