# METADATA
# title: Probes and lifecycle handlers go to their own pod
# description: >-
#   The Pod Security Standard `baseline` forbids `host` in probes and lifecycle handlers since
#   v1.34: it makes the kubelet send requests to any address that the node reaches.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Host Probes / Lifecycle Hooks (v1.34+)"
# custom:
#   id: pod-security/host-probes
#   severity: medium
#   remediation: >-
#     Remove `host` from `httpGet` and `tcpSocket` of probes and lifecycle handlers; without
#     it they go to the pod's own address.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
package kubernetes.pod_security.host_probes

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.hostProbesAndHostLifecycle
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.hostProbesAndHostLifecycle
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"probe or lifecycle host",
	sprintf("%s %s %s %s %s", [
		pod.plural("container", names),
		pod.quoted(sort(names)),
		pod.uses(names),
		pod.plural("probe or lifecycle host", hosts),
		pod.quoted(sort(hosts)),
	]),
	[found.bad | some found in bad],
) if {
	bad := [found |
		some container in view.containers
		some handler in handlers(container.value)
		some action in ["httpGet", "tcpSocket"]
		host := pod.text_in(handler[action], "host")
		host != ""
		found := {
			"name": container.name,
			"host": host,
			"bad": {"object": handler[action], "key": "host"},
		}
	]
	count(bad) > 0
	names := {found.name | some found in bad}
	hosts := {found.host | some found in bad}
}

handlers(container) := array.concat(
	[container[probe] | some probe in ["livenessProbe", "readinessProbe", "startupProbe"]],
	[container.lifecycle[moment] | some moment in ["postStart", "preStop"]],
)
