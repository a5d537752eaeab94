# METADATA
# title: Pods set only safe kernel parameters
# description: >-
#   The Pod Security Standard `baseline` lets a pod set kernel parameters that are its own and
#   do not touch other pods or the node. Versions v1.27, v1.29, v1.32 and v1.37 each added
#   some.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Sysctls"
# custom:
#   id: pod-security/sysctls
#   severity: high
#   remediation: >-
#     Remove from `securityContext.sysctls` what the message names.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.sysctls

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.sysctls
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.sysctls
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# The allowed names, with the minor version that each is allowed since.
since := {
	"kernel.shm_rmid_forced": 0,
	"net.ipv4.ip_local_port_range": 0,
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.ip_unprivileged_port_start": 0,
	"net.ipv4.ping_group_range": 0,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_notsent_lowat": 37,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_slow_start_after_idle": 37,
	"net.ipv4.tcp_syncookies": 0,
	"net.ipv4.tcp_wmem": 32,
}

# failure(number, view) is what is wrong in a minor version; undefined where nothing is.
failure(number, view) := pod.failure(
	"forbidden sysctls",
	concat(", ", [found.name | some found in bad]),
	[found.bad | some found in bad],
) if {
	list := view.security.sysctls
	is_array(list)
	bad := [{"name": name, "bad": place} |
		some index, item in list
		name := pod.text_in(item, "name")
		not allowed(name, number)
		place := pod.at(item, ["name"], {"object": list, "key": index})
	]
	count(bad) > 0
}

allowed(name, number) if since[name] <= number
