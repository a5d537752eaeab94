# METADATA
# title: Environment variables hold no credentials
# description: >-
#   A password or key that stands in the manifest is known to everyone who may read the repository or the workload, and
#   stays in the history of both.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/secret/
#   description: Secrets
# custom:
#   id: secrets/literal-in-environment
#   severity: high
#   remediation: >-
#     Replace the credential, since it is known by now. Keep the new one in a Secret that is not in the repository, and
#     refer to it by `secretKeyRef` or mount it.
#   frameworks:
#     cis: ["5.4.1"]
#     nsa: ["Network: secrets"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
#     mitre: ["T1552.001"]
package kubernetes.secrets.literal_in_environment

import data.kubernetes.lib.credential
import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	some variable in container.env
	is_object(variable)
	what := held(object.get(variable, "name", ""), variable.value)
	msg := sprintf("%s: the variable `%v` of %s holds %s", [
		document.subject,
		object.get(variable, "name", "(unnamed)"),
		workload.container_name(container),
		what,
	])
}

held(_, value) := credential.form(value)

held(name, value) := what if {
	not credential.form(value)
	what := credential.named(name, value)
}
