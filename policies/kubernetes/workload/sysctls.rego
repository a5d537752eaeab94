# METADATA
# title: Pods set only safe sysctls
# description: >-
#   Some kernel parameters belong to the pod alone and are safe to set. Others reach the node and its other
#   pods; a kubelet refuses them unless it was told to allow them.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
#   description: Safe and unsafe sysctls
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Sysctls"
# custom:
#   id: workload/sysctls
#   severity: medium
#   remediation: "Remove the entry from `securityContext.sysctls`, or set the parameter on the node."
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.sysctls

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

safe := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}

deny contains msg if {
	not workload.windows
	some sysctl in workload.pod_spec.securityContext.sysctls
	name := sysctl.name
	is_string(name)
	not replace(name, "/", ".") in safe
	msg := sprintf("%s: the pod sets the unsafe sysctl `%s`", [document.subject, name])
}
