# METADATA
# title: Images come from registries that are kept up
# description: >-
#   The project moved its images to `registry.k8s.io` in 2023. What is in the old places is not updated any more, has
#   no fixes of holes that were found since, and may vanish.
# related_resources:
# - ref: https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/
#   description: The registry k8s.gcr.io is frozen
# custom:
#   id: images/frozen-registry
#   severity: medium
#   remediation: "Take the image from `registry.k8s.io`, in a version that is maintained."
#   tags: [supply-chain]
#   frameworks:
#     nsa: ["Pod security: secure images"]
#     owasp: ["K02", "K10"]
package kubernetes.images.frozen_registry

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

registries := {
	"eu.gcr.io/k8s-artifacts-prod",
	"gcr.io/google-containers",
	"gcr.io/google_containers",
	"gcr.io/k8s-artifacts-prod",
	"gcr.io/kubebuilder",
	"k8s.gcr.io",
}

deny contains msg if {
	some container in workload.containers
	reference := container.image
	image.valid(reference)
	some registry in registries
	image.below(reference, registry)
	msg := sprintf("%s: the image `%s` of %s is from `%s`, which is not kept up", [
		document.subject,
		reference,
		workload.container_name(container),
		registry,
	])
}
