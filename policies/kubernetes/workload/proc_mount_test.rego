package kubernetes.workload.proc_mount_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.proc_mount

test_unmasked_is_denied if {
	msg := "Pod shop/web: container `app` has an unmasked `/proc`"
	proc_mount.deny == {msg} with input as fixtures.secured({"procMount": "Unmasked"})
	count(proc_mount.deny) == 3 with input as fixtures.three_lists({"procMount": "Unmasked"})
}

test_others_pass if {
	every context in [{"procMount": "Default"}, {"procMount": null}, {}, null] {
		proc_mount.deny == set() with input as fixtures.secured(context)
	}
	proc_mount.deny == set() with input as fixtures.windows({"procMount": "Unmasked"})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		proc_mount.deny == set() with input as document
	}
}
