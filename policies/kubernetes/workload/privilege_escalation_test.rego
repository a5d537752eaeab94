package kubernetes.workload.privilege_escalation_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.privilege_escalation

test_allowed_is_denied if {
	msg := "Pod shop/web: container `app` allows privilege escalation"
	privilege_escalation.deny == {msg} with input as fixtures.secured({
		"allowPrivilegeEscalation": true,
	})
}

test_unset_is_denied if {
	msg := "Pod shop/web: container `app` does not set `allowPrivilegeEscalation: false`"
	every context in [{}, null, {"allowPrivilegeEscalation": null}] {
		privilege_escalation.deny == {msg} with input as fixtures.secured(context)
	}
	privilege_escalation.deny == {msg} with input as fixtures.pod({"name": "app"})
}

test_every_list_of_containers if {
	count(privilege_escalation.deny) == 3 with input as fixtures.three_lists({})
}

test_false_passes if {
	privilege_escalation.deny == set() with input as fixtures.three_lists({
		"allowPrivilegeEscalation": false,
	})
}

test_windows_passes if {
	every context in [{}, null, {"allowPrivilegeEscalation": true}] {
		privilege_escalation.deny == set() with input as fixtures.windows(context)
	}
}

test_documents_without_containers_pass if {
	every document in [{"kind": "Pod", "spec": {}}, {"kind": "Pod"}, {"kind": "Service"}, {}] {
		privilege_escalation.deny == set() with input as document
	}
}

# It can in any case what the setting would keep from it.
test_a_privileged_container_is_reported_as_that if {
	privilege_escalation.deny == set() with input as fixtures.secured({"privileged": true})
}
