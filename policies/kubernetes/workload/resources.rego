# METADATA
# title: Containers request and limit their resources
# description: >-
#   Without requests the scheduler places a pod blindly; without a memory limit one container can take
#   the memory of its neighbours, and without a CPU limit their processor time. A limit without a
#   request counts as a request of the same size. A CPU limit alone that is missing is a warning:
#   with a request in place a busy neighbour only loses what it borrowed. Requests and limits of the pod count for its
#   containers, and so do defaults of a LimitRange among the documents. Ephemeral containers cannot have resources.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#   description: Resource management for pods and containers
# - ref: https://kubernetes.io/docs/concepts/policy/limit-range/
#   description: Limit ranges
# custom:
#   id: workload/resources
#   severity: medium
#   remediation: >-
#     Set `resources.requests` and `resources.limits` for `cpu` and `memory` on every container.
#   frameworks:
#     nsa: ["Network: resource limits"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1496", "T1499"]
package kubernetes.workload.resources

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.sized_containers
	lacks := missing(container)
	count(lacks) > 0
	lacks != ["cpu limit"]
	msg := sprintf("%s: %s has no %s", [
		document.subject,
		workload.container_name(container),
		concat(", no ", lacks),
	])
}

warn contains msg if {
	some container in workload.sized_containers
	missing(container) == ["cpu limit"]
	msg := sprintf("%s: %s has no cpu limit", [
		document.subject,
		workload.container_name(container),
	])
}

# missing(container) lists what the container lacks.
missing(container) := [words |
	some field in ["request", "limit"]
	some name in ["cpu", "memory"]
	not has(container, field, name)
	words := sprintf("%s %s", [name, field])
]

# A pod may have requests and limits of its own, which its containers share.
has(_, "request", name) if not document.unset(workload.pod_spec, ["resources", "requests", name])

has(_, "request", name) if not document.unset(workload.pod_spec, ["resources", "limits", name])

has(_, "limit", name) if not document.unset(workload.pod_spec, ["resources", "limits", name])

has(container, "limit", name) if has_limit(container, name)

has(container, "request", name) if has_limit(container, name)

has(container, "request", name) if not document.unset(container, ["resources", "requests", name])

has(_, "request", name) if default_of("defaultRequest", name)

has_limit(container, name) if not document.unset(container, ["resources", "limits", name])

has_limit(_, name) if default_of("default", name)

default_of(field, name) if {
	some range in neighbours.limit_ranges
	some limit in range.spec.limits
	limit.type == "Container"
	not document.unset(limit, [field, name])
}
