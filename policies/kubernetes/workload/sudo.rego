# METADATA
# title: Containers do not become root by sudo
# description: >-
#   A container whose command begins with `sudo` runs as another user only to become root at once: the image lets that
#   user do so without a password, and so it lets an intruder.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   description: Configure a security context
# custom:
#   id: workload/sudo
#   severity: medium
#   remediation: >-
#     Remove `sudo` from the command and from the image. Where the program needs one capability, add that one.
#   frameworks:
#     nsa: ["Pod security: non-root containers"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1548.003"]
package kubernetes.workload.sudo

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

# `sudo` as the program, or as a command of a shell.
deny contains msg if {
	some container in workload.containers
	some field in ["command", "args"]
	some i, word in container[field]
	is_string(word)
	regex.match(patterns[min([i, 1])], word)
	msg := sprintf("%s: %s becomes root by `sudo`", [
		document.subject,
		workload.container_name(container),
	])
}

patterns := [
	`^(/usr/(local/)?bin/)?sudo(\s|$)|(^|[;&|\n({])\s*sudo\s`,
	`(^|[;&|\n({])\s*sudo\s`,
]
