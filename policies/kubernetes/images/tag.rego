# METADATA
# title: Images name a version
# description: >-
#   An image without a tag means `latest`, and `latest` means whatever was pushed last, as does the name of a branch
#   such as `main`: two replicas may run different programs, and nobody can say later what ran. A digest is a
#   version too.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   description: Image names
# custom:
#   id: images/tag
#   severity: medium
#   remediation: "Give the image a tag of a version, or better a digest: `name:1.4.2@sha256:…`."
#   tags: [supply-chain]
#   frameworks:
#     nsa: ["Pod security: secure images"]
#     owasp: ["K02"]
#     mitre: ["T1525"]
package kubernetes.images.tag

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	reference := container.image
	image.valid(reference)
	not image.has_digest(reference)
	not image.has_tag(reference)
	msg := sprintf("%s: the image `%s` of %s has no tag", [
		document.subject,
		reference,
		workload.container_name(container),
	])
}

deny contains msg if {
	some container in workload.containers
	reference := container.image
	image.valid(reference)
	name := image.moving(reference)
	msg := sprintf("%s: the image `%s` of %s has the tag `%s`, which is no version", [
		document.subject,
		reference,
		workload.container_name(container),
		name,
	])
}
