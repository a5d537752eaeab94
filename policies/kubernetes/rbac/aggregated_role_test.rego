package kubernetes.rbac.aggregated_role_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.aggregated_role

labelled(labels) := {"kind": "ClusterRole", "metadata": {"name": "ops", "labels": labels}}

test_labels_are_a_warning if {
	every name in ["admin", "edit", "view"] {
		label := sprintf("rbac.authorization.k8s.io/aggregate-to-%s", [name])
		msg := sprintf("ClusterRole ops: everybody with the role `%s` has its rules", [name])
		aggregated_role.warn == {msg} with input as labelled({label: "true"})
		aggregated_role.warn == set() with input as labelled({label: "false"})
		aggregated_role.warn == set() with input as labelled({label: null})
	}
}

test_default_roles_pass if {
	document := {"kind": "ClusterRole", "metadata": {"name": "view", "labels": {
		"kubernetes.io/bootstrapping": "rbac-defaults",
		"rbac.authorization.k8s.io/aggregate-to-edit": "true",
	}}}
	aggregated_role.warn == set() with input as document
}

test_other_labels_pass if {
	every labels in [{}, null, {"rbac.authorization.k8s.io/aggregate-to-shop": "true"}] {
		aggregated_role.warn == set() with input as labelled(labels)
	}
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		aggregated_role.warn == set() with input as document
	}
}
