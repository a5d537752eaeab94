package kubernetes.rbac.certificates_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.certificates

group := "certificates.k8s.io"

test_all_signers_are_denied if {
	every verb in ["approve", "sign", "*"] {
		msg := sprintf("ClusterRole ops: rule 1 issues certificates of all signers: `%s` on `signers`", [verb])
		certificates.deny == {msg} with input as fixtures.role("ClusterRole", fixtures.rule(group, "signers", verb))
	}
}

named(names) := object.union(fixtures.rule(group, "signers", "approve"), {"resourceNames": names})

test_signers_of_the_cluster_are_denied if {
	every name in ["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"] {
		msg := sprintf("ClusterRole ops: rule 1 issues certificates of the cluster: `approve` on the signer `%s`", [name])
		certificates.deny == {msg} with input as fixtures.role("ClusterRole", named([name]))
	}
}

test_approval_alone_is_a_warning if {
	msg := "ClusterRole ops: rule 1 approves certificates: `update` on `certificatesigningrequests/approval`"
	approval := fixtures.rule(group, "certificatesigningrequests/approval", "update")
	certificates.warn == {msg} with input as fixtures.role("ClusterRole", approval)
	certificates.deny == set() with input as fixtures.role("ClusterRole", approval)
}

test_signers_of_others_pass if {
	role := {"kind": "ClusterRole", "metadata": {"name": "ops"}, "rules": [
		fixtures.rule(group, "certificatesigningrequests/approval", "update"),
		named(["issuers.cert-manager.io/*"]),
	]}
	certificates.deny == set() with input as role
	certificates.warn == set() with input as role
}

test_others_pass if {
	rules := [
		fixtures.rule(group, "certificatesigningrequests", "create"),
		fixtures.rule(group, "certificatesigningrequests/approval", "get"),
		fixtures.rule("cert-manager.io", "signers", "approve"),
	]
	every rule in rules {
		certificates.deny == set() with input as fixtures.role("ClusterRole", rule)
		certificates.warn == set() with input as fixtures.role("ClusterRole", rule)
	}
}

test_default_roles_pass if {
	certificates.deny == set() with input as fixtures.default_role(fixtures.rule(group, "signers", "sign"))
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		certificates.deny == set() with input as document
		certificates.warn == set() with input as document
	}
}
