# METADATA
# title: Environment variables are set once
# description: >-
#   Where a variable stands twice in the environment of a container the last one counts, silently, and
#   `kubectl apply` may keep either of them when one is changed.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
#   description: Define environment variables for a container
# custom:
#   id: workload/duplicate-variable
#   severity: low
#   remediation: "Remove all but one of the entries."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.duplicate_variable

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	some container in workload.containers
	some i, variable in container.env
	name := variable.name
	is_earlier(container.env, name, i)
	msg := sprintf("%s: %s sets the variable `%v` more than once", [
		document.subject,
		workload.container_name(container),
		name,
	])
}

is_earlier(variables, name, i) if {
	some j, variable in variables
	j < i
	variable.name == name
}
