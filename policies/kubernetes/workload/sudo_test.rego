package kubernetes.workload.sudo_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.sudo

msg := "Pod shop/web: container `app` becomes root by `sudo`"

test_sudo_is_denied if {
	every command in [
		["sudo", "serve"],
		["/usr/bin/sudo", "-E", "serve"],
		["sh", "-c", "sudo serve"],
		["sh", "-c", "mkdir /x && sudo serve"],
		["sh", "-c", "set -e\nsudo serve"],
	] {
		sudo.deny == {msg} with input as fixtures.pod({"name": "app", "command": command})
	}
	sudo.deny == {msg} with input as fixtures.pod({"name": "app", "args": ["sudo", "serve"]})
}

test_others_pass if {
	every command in [
		["serve", "sudo"],
		["install-sudo"],
		["sh", "-c", "echo no sudo here"],
		["/etc/sudoers"],
		[null, 7, {}],
		null,
		"sudo",
	] {
		sudo.deny == set() with input as fixtures.pod({"name": "app", "command": command})
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		sudo.deny == set() with input as document
	}
}
