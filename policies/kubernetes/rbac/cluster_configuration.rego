# METADATA
# title: Roles do not change the configuration of the cluster
# description: >-
#   ConfigMaps of kube-system steer the cluster: `coredns` decides where names lead, `aws-auth` who is an
#   administrator. A Role that writes all ConfigMaps of kube-system is a warning, as programs often use one there
#   to elect a leader.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/
#   description: Customizing DNS service
# custom:
#   id: rbac/cluster-configuration
#   severity: medium
#   remediation: Name the ConfigMaps that the program needs in `resourceNames`; for the election of a leader take a Lease.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1557"]
package kubernetes.rbac.cluster_configuration

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

steering := {
	"aws-auth",
	"coredns",
	"coredns-custom",
	"extension-apiserver-authentication",
	"kube-dns",
	"kube-proxy",
	"kubeadm-config",
	"kubelet-config",
}

deny contains msg if {
	in_kube_system
	some i, rule in rbac.rules
	some name in rule.resourceNames
	name in steering
	"configmaps" in rbac.list(rule, "resources")
	verbs := rbac.granted(rule, "", {"delete", "patch", "update"})
	msg := sprintf("%s: rule %d changes the configuration of the cluster: %s on the ConfigMap `%s`", [
		document.subject,
		i + 1,
		verbs,
		name,
	])
}

warn contains msg if {
	input.kind == "Role"
	input.metadata.namespace == "kube-system"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "configmaps"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "changes the configuration of the cluster", verbs, resource)
}

# A ClusterRole may be bound there.
in_kube_system if input.kind == "ClusterRole"

in_kube_system if object.get(input, ["metadata", "namespace"], "") == "kube-system"
