# METADATA
# title: Containers add only capabilities of the default set
# description: >-
#   The Pod Security Standard `baseline` lets containers add capabilities that container
#   runtimes give anyway, but for `NET_RAW`, and no others: most of the others are a way to
#   the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Capabilities"
# custom:
#   id: pod-security/capabilities-baseline
#   severity: high
#   remediation: >-
#     Remove from `securityContext.capabilities.add` what the message names.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     cis: ["5.2.8", "5.2.9"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.capabilities_baseline

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.capabilities_baseline
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.capabilities_baseline
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

allowed := {
	"AUDIT_WRITE",
	"CHOWN",
	"DAC_OVERRIDE",
	"FOWNER",
	"FSETID",
	"KILL",
	"MKNOD",
	"NET_BIND_SERVICE",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYS_CHROOT",
}

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"non-default capabilities",
	sprintf("%s must not include %s in securityContext.capabilities.add", [
		pod.names(bad),
		pod.quoted(sort({name | some container in bad; some name in container.names})),
	]),
	pod.places([], bad),
) if {
	bad := adding(view.containers, allowed)
	count(bad) > 0
}

# adding(containers, allowed) are those that add other capabilities than allowed ones, with their names.
adding(containers, permitted) := [{"name": container.name, "names": names, "bad": places[0]} |
	some container in containers
	list := container.security.capabilities.add
	is_array(list)
	places := [{"object": list, "key": index} |
		some index, name in list
		not pod.text(name) in permitted
	]
	count(places) > 0
	names := {text |
		some name in list
		text := pod.text(name)
		not text in permitted
	}
]
