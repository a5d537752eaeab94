# METADATA
# title: Containers read secrets from files
# description: >-
#   The environment of a process is inherited by every program that it starts, printed by crash reports and debug pages,
#   and stays as it was when the Secret changes. A mounted Secret has none of that.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets
#   description: Secrets, "Using Secrets"
# custom:
#   id: secrets/environment
#   severity: low
#   remediation: "Mount the Secret as a volume, and let the program read the file."
#   frameworks:
#     cis: ["5.4.1"]
#     nsa: ["Network: secrets"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
package kubernetes.secrets.environment

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	some container in workload.containers
	some variable in container.env
	secret := variable.valueFrom.secretKeyRef.name
	msg := sprintf("%s: %s has the Secret `%v` in its environment, as `%v`", [
		document.subject,
		workload.container_name(container),
		secret,
		object.get(variable, "name", "(unnamed)"),
	])
}

warn contains msg if {
	some container in workload.containers
	some source in container.envFrom
	secret := source.secretRef.name
	msg := sprintf("%s: %s has all of the Secret `%v` in its environment", [
		document.subject,
		workload.container_name(container),
		secret,
	])
}
