package kubernetes.lib.host_path_test

import data.kubernetes.lib.host_path

test_plain if {
	host_path.plain("/") == "/"
	host_path.plain("//etc/./ssh/") == "/etc/ssh"
	host_path.plain("/var/run/docker.sock") == "/run/docker.sock"
	host_path.plain("/var/run") == "/run"
	host_path.plain("/var/runtime") == "/var/runtime"
}

test_each_path_is_of_one_kind if {
	every path in ["/run/docker.sock", "/etc", "/data", "/run", "/var/lib/docker", "/run/containerd"] {
		kinds := {kind | host_path.runtime(path); kind := "runtime"} | {kind | host_path.tells(path); kind := "sensitive"}
		count(kinds) < 2
	}
}

test_no_text_is_no_path if {
	every path in [null, 7, {}, []] {
		not host_path.runtime(path)
		not host_path.tells(path)
		not host_path.steers(path)
	}
}
