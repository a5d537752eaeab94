# METADATA
# title: Arguments hold no credentials
# description: >-
#   A password or key among the arguments stands in the manifest, and in the list of processes, which every program
#   of the container and of the node can read.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/secret/
#   description: Secrets
# custom:
#   id: secrets/literal-in-arguments
#   severity: high
#   remediation: >-
#     Replace the credential, since it is known by now. Keep the new one in a Secret, mount it, and give the
#     program the path of the file.
#   frameworks:
#     cis: ["5.4.1"]
#     nsa: ["Network: secrets"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
#     mitre: ["T1552.001"]
package kubernetes.secrets.literal_in_arguments

import data.kubernetes.lib.credential
import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	some field in ["command", "args"]
	some i, argument in container[field]
	is_string(argument)
	what := held(container[field], i, argument)
	msg := sprintf("%s: argument %d in `%s` of %s holds %s", [
		document.subject,
		i + 1,
		field,
		workload.container_name(container),
		what,
	])
}

held(_, _, argument) := credential.form(argument)

# `--password=value`
held(_, _, argument) := what if {
	not credential.form(argument)
	parts := regex.find_all_string_submatch_n(`^--?([A-Za-z][A-Za-z0-9_.-]*)=(.*)$`, argument, 1)
	what := credential.named(parts[0][1], parts[0][2])
}

# `--password value`, as two arguments: the second one is it.
held(arguments, i, argument) := what if {
	not credential.form(argument)
	not startswith(argument, "-")
	is_string(arguments[i - 1])
	parts := regex.find_all_string_submatch_n(`^--([A-Za-z][A-Za-z0-9_.-]*)$`, arguments[i - 1], 1)
	what := credential.named(parts[0][1], argument)
}
