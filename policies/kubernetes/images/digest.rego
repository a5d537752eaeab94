# METADATA
# title: Images are pinned to a digest
# description: >-
#   A tag can be moved to another image, by mistake or by an intruder in the registry. A digest is the
#   hash of the content: what was tested is what runs. Images without a version are reported by
#   `images/tag`.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   description: Image names
# custom:
#   id: images/digest
#   severity: low
#   remediation: >-
#     Append the digest to the image, `name:1.4.2@sha256:…`; `docker buildx imagetools inspect` and
#     `crane digest` print it.
#   tags: [supply-chain]
#   frameworks:
#     nsa: ["Pod security: secure images"]
#     owasp: ["K02"]
#     mitre: ["T1525"]
package kubernetes.images.digest

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

warn contains msg if {
	some container in workload.containers
	reference := container.image
	image.valid(reference)
	not image.has_digest(reference)
	not image.unversioned(reference)
	msg := sprintf("%s: the image `%s` of %s is not pinned to a digest", [
		document.subject,
		reference,
		workload.container_name(container),
	])
}
