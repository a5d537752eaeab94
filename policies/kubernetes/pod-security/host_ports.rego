# METADATA
# title: Containers take no ports of their node
# description: >-
#   The Pod Security Standard `baseline` forbids `hostPort`: it opens a port of the node to
#   the container, past Services and most network policies, and a pod with one runs once a
#   node at most.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Host Ports"
# custom:
#   id: pod-security/host-ports
#   severity: medium
#   remediation: >-
#     Remove `hostPort`, and expose the container through a Service.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.host_ports

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.hostPorts
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.hostPorts
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"hostPort",
	sprintf("%s %s %s %s", [
		pod.names(bad),
		pod.uses(bad),
		pod.plural("hostPort", ports),
		concat(", ", sort(ports)),
	]),
	pod.places([], bad),
) if {
	bad := [{"name": container.name, "ports": ports, "bad": places[0]} |
		some container in view.containers
		list := container.value.ports
		is_array(list)
		places := [{"object": port, "key": "hostPort"} |
			some port in list
			used(port)
		]
		count(places) > 0
		ports := {pod.text(port.hostPort) |
			some port in list
			used(port)
		}
	]
	count(bad) > 0
	ports := {port | some container in bad; some port in container.ports}
}

used(port) if {
	pod.set_in(port, "hostPort")
	port.hostPort != 0
}
