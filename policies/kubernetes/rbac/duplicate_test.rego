package kubernetes.rbac.duplicate_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.duplicate

roles(rules) := {"kind": "ClusterRole", "metadata": {"name": "ops"}, "rules": rules}

pods := {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}

test_twins_are_a_warning_once if {
	duplicate.warn == {"ClusterRole ops: rule 2 grants nothing that rule 1 does not"} with input as roles([pods, pods])
}

test_covered_rules_are_a_warning if {
	wider := [
		{"apiGroups": ["", "apps"], "resources": ["pods", "secrets"], "verbs": ["list", "get", "watch"]},
		{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
	]
	every rule in wider {
		duplicate.warn == {"ClusterRole ops: rule 1 grants nothing that rule 2 does not"} with input as roles([pods, rule])
		duplicate.warn == {"ClusterRole ops: rule 2 grants nothing that rule 1 does not"} with input as roles([rule, pods])
	}
}

test_subresources_are_covered_by_their_wildcard if {
	count(duplicate.warn) == 1 with input as roles([
		{"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["get"]},
		{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get"]},
	])
	duplicate.warn == set() with input as roles([
		{"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["get"]},
		{"apiGroups": ["apps"], "resources": ["deployments/status", "deployments"], "verbs": ["get"]},
	])
}

test_names_are_covered_by_none if {
	named := object.union(pods, {"resourceNames": ["web"]})
	duplicate.warn == {"ClusterRole ops: rule 2 grants nothing that rule 1 does not"} with input as roles([pods, named])
	duplicate.warn == set() with input as roles([named, object.union(pods, {"resourceNames": ["db"]})])
}

test_paths_are_covered if {
	duplicate.warn == {"ClusterRole ops: rule 2 grants nothing that rule 1 does not"} with input as roles([
		{"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]},
		{"nonResourceURLs": ["/healthz/etcd"], "verbs": ["get"]},
	])
	duplicate.warn == set() with input as roles([
		{"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]},
		{"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
	])
}

test_different_rules_pass if {
	duplicate.warn == set() with input as roles([
		pods,
		{"apiGroups": [""], "resources": ["pods"], "verbs": ["watch"]},
		{"apiGroups": ["apps"], "resources": ["pods"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
		{"nonResourceURLs": ["/pods"], "verbs": ["get"]},
	])
}

test_subjects_are_a_warning if {
	subject := {"kind": "ServiceAccount", "name": "a", "namespace": "shop"}
	document := fixtures.binding("RoleBinding", fixtures.cluster_role("view"), [subject, {"kind": "User", "name": "a"}, subject])
	duplicate.warn == {"RoleBinding ops: ServiceAccount shop/a is listed twice"} with input as document
}

test_different_subjects_pass if {
	subjects := [{"kind": "ServiceAccount", "name": "a", "namespace": "shop"}, {"kind": "ServiceAccount", "name": "a", "namespace": "b"}]
	duplicate.warn == set() with input as fixtures.binding("RoleBinding", fixtures.cluster_role("view"), subjects)
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		duplicate.warn == set() with input as document
	}
}
