package kubernetes.rbac.empty_subjects_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.empty_subjects

test_no_subjects_are_a_warning if {
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		msg := sprintf("%s ops: the binding has no subjects", [kind])
		every subjects in [[], null] {
			empty_subjects.warn == {msg} with input as fixtures.binding(kind, fixtures.cluster_role("view"), subjects)
		}
		empty_subjects.warn == {msg} with input as object.remove(fixtures.binding(kind, fixtures.cluster_role("view"), []), ["subjects"])
	}
}

test_subjects_pass if {
	empty_subjects.warn == set() with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), [{"kind": "User", "name": "alice"}])
}

test_default_bindings_pass if {
	document := object.union(fixtures.binding("ClusterRoleBinding", fixtures.cluster_role("system:node"), []), {"metadata": {"name": "system:node", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}})
	empty_subjects.warn == set() with input as document
}

test_other_documents_pass if {
	every document in array.concat([{"kind": "RoleBinding"}, {"kind": "RoleBinding", "roleRef": null}], fixtures.others) {
		empty_subjects.warn == set() with input as document
	}
}
