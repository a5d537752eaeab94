package kubernetes.rbac.cluster_configuration_test

import data.kubernetes.lib.rbac_fixtures_test as fixtures
import data.kubernetes.rbac.cluster_configuration

named(names) := object.union(fixtures.rule("", "configmaps", "update"), {"resourceNames": names})

test_names_are_denied if {
	every name in ["coredns", "aws-auth"] {
		msg := sprintf("ClusterRole ops: rule 1 changes the configuration of the cluster: `update` on the ConfigMap `%s`", [name])
		cluster_configuration.deny == {msg} with input as fixtures.role("ClusterRole", named(["other", name]))
		count(cluster_configuration.deny) == 1 with input as fixtures.system_role(named([name]))
	}
}

test_the_name_elsewhere_passes if {
	cluster_configuration.deny == set() with input as fixtures.role("Role", named(["coredns"]))
}

test_all_of_kube_system_are_a_warning if {
	msg := "Role kube-system/ops: rule 1 changes the configuration of the cluster: `patch` on `configmaps`"
	cluster_configuration.warn == {msg} with input as fixtures.system_role(fixtures.rule("", "configmaps", "patch"))
}

test_others_pass if {
	documents := [
		fixtures.role("ClusterRole", fixtures.rule("", "configmaps", "update")),
		fixtures.role("Role", fixtures.rule("", "configmaps", "update")),
		fixtures.system_role(fixtures.rule("", "configmaps", "get")),
		fixtures.system_role(named(["lock"])),
		fixtures.system_role(fixtures.rule("", "secrets", "update")),
		fixtures.default_role(named(["coredns"])),
	]
	every document in documents {
		cluster_configuration.deny == set() with input as document
		cluster_configuration.warn == set() with input as document
	}
}

test_absent_fields_and_other_documents_pass if {
	every document in fixtures.hollow {
		cluster_configuration.deny == set() with input as document
		cluster_configuration.warn == set() with input as document
	}
}
