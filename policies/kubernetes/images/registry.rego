# METADATA
# title: Images come from allowed registries
# description: >-
#   Whoever may name any image runs any program. With a list of the registries that images may come from, what runs
#   has been through one's own scanning and signing. There is no such list by default, so that the rule finds
#   nothing until one is given.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   description: Image names
# custom:
#   id: images/registry
#   severity: medium
#   remediation: "Take the image from an allowed registry, or mirror it there."
#   tags: [supply-chain]
#   frameworks:
#     nsa: ["Pod security: secure images"]
#     owasp: ["K02"]
#     mitre: ["T1525", "T1195.002"]
#   parameters:
#     allowed:
#       type: strings
#       default: []
#       description: >-
#         The registries that images may come from, such as `registry.example.com` or `ghcr.io/team`. Images that
#         name no registry are from `docker.io`. With none, the rule finds nothing.
package kubernetes.images.registry

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

default allowed := []

allowed := data.kpol.parameters["images/registry"].allowed

deny contains msg if {
	allowed != []
	some container in workload.containers
	reference := container.image
	image.valid(reference)
	not is_allowed(reference)
	msg := sprintf("%s: the image `%s` of %s is from none of the allowed registries", [
		document.subject,
		reference,
		workload.container_name(container),
	])
}

is_allowed(reference) if {
	some registry in allowed
	image.below(reference, registry)
}
