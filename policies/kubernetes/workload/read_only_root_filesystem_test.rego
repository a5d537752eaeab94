package kubernetes.workload.read_only_root_filesystem_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.read_only_root_filesystem

unset := "Pod shop/web: container `app` does not set `readOnlyRootFilesystem: true`"

test_unset_is_denied if {
	every context in [{}, null, {"readOnlyRootFilesystem": null}] {
		read_only_root_filesystem.deny == {unset} with input as fixtures.secured(context)
	}
	read_only_root_filesystem.deny == {unset} with input as fixtures.pod({"name": "app"})
}

test_false_is_denied if {
	msg := "Pod shop/web: container `app` can write its root filesystem"
	read_only_root_filesystem.deny == {msg} with input as fixtures.secured({
		"readOnlyRootFilesystem": false,
	})
}

test_every_list_of_containers if {
	count(read_only_root_filesystem.deny) == 3 with input as fixtures.three_lists({})
}

test_true_passes if {
	read_only_root_filesystem.deny == set() with input as fixtures.three_lists({
		"readOnlyRootFilesystem": true,
	})
}

test_windows_passes if {
	every context in [{}, null, {"readOnlyRootFilesystem": false}] {
		read_only_root_filesystem.deny == set() with input as fixtures.windows(context)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		read_only_root_filesystem.deny == set() with input as document
	}
}
