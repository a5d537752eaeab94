# METADATA
# title: Paths of the node
# description: >-
#   hostPath volumes of the input's pods, and what their paths give away. Each volume is of one kind:
#   the socket of a container runtime, a sensitive path, or another one.
package kubernetes.lib.host_path

import data.kubernetes.lib.workload

# The socket of a container runtime, or a folder that is made for it. Whoever can write to it starts
# containers of their own.
runtime(path) if plain(path) in {
	"/run/containerd",
	"/run/containerd/containerd.sock",
	"/run/cri-dockerd.sock",
	"/run/crio",
	"/run/crio/crio.sock",
	"/run/docker",
	"/run/docker.sock",
	"/run/docker/containerd/containerd.sock",
	"/run/dockershim.sock",
	"/run/k0s/containerd.sock",
	"/run/k3s/containerd",
	"/run/k3s/containerd/containerd.sock",
	"/run/podman/podman.sock",
}

# sensitive(volume) holds where the volume is as good as the node: it tells its secrets, or it steers it and
# some container can write it.
sensitive(volume) if tells(volume.hostPath.path)

sensitive(volume) if {
	steers(volume.hostPath.path)
	written(volume.name)
}

# Whoever reads there finds keys, tokens, and what other pods keep.
tells(path) if {
	not runtime(path)
	plain(path) in {"/", "/home", "/run", "/var", "/var/lib"}
}

tells(path) if {
	not runtime(path)
	not plain(path) in harmless
	some tree in {
		"/etc",
		"/proc",
		"/root",
		"/var/lib/containerd",
		"/var/lib/containers",
		"/var/lib/docker",
		"/var/lib/etcd",
		"/var/lib/kubelet",
		"/var/log",
	}
	within(plain(path), tree)
}

# Whoever writes there decides what the node runs.
steers(path) if plain(path) in {"/dev", "/lib", "/lib64", "/opt", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin"}

steers(path) if {
	some tree in {
		"/bin",
		"/boot",
		"/lib/modules",
		"/lib/systemd",
		"/opt/cni",
		"/sbin",
		"/sys",
		"/usr/lib/modules",
		"/usr/lib/systemd",
		"/usr/libexec/kubernetes",
		"/usr/sbin",
	}
	within(plain(path), tree)
}

written(name) if {
	some container in workload.containers
	some mount in container.volumeMounts
	mount.name == name
	object.get(mount, "readOnly", null) in {null, false}
}

# Files and folders that tell nothing: the time, names of the system, certificates.
harmless := {
	"/etc/hostname",
	"/etc/localtime",
	"/etc/machine-id",
	"/etc/os-release",
	"/etc/pki/ca-trust",
	"/etc/ssl/certs",
	"/etc/timezone",
}

within(path, tree) if path == tree

within(path, tree) if startswith(path, sprintf("%s/", [tree]))

# plain(path) is the path without what makes no difference: `//`, `/./`, a slash at the end, and the link
# `/var/run`. Kubernetes refuses `..`.
plain(path) := regex.replace(sprintf("/%s", [concat("/", segments)]), `^/var/run(/|$)`, `/run$1`) if {
	is_string(path)
	segments := [segment | some segment in split(path, "/"); not segment in {"", "."}]
}

# A socket or a device is written through its driver: a read-only mount does not keep anyone from it.
unaffected_by_read_only(host) if object.get(host, "type", null) in {"BlockDevice", "CharDevice", "Socket"}

unaffected_by_read_only(host) if runtime(host.path)

unaffected_by_read_only(host) if endswith(host.path, ".sock")

unaffected_by_read_only(host) if within(plain(host.path), "/dev")

# The hostPath of the pod's volume of this name.
named(name) := volume.hostPath if {
	some volume in workload.volumes
	volume.name == name
	is_string(volume.hostPath.path)
}
