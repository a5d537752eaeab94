# METADATA
# title: Images have valid names
# description: >-
#   The kubelet refuses a name that is no image reference, such as one with capital letters in its path, a space, or a
#   placeholder that nobody filled in: the container never starts. The other checks of images leave such a name
#   alone.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   description: Image names
# custom:
#   id: images/name
#   severity: medium
#   remediation: "Write `registry/path:tag@digest`, with the path in lower case."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K02"]
package kubernetes.images.name

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	reference := container.image
	is_string(reference)
	not image.valid(reference)
	msg := sprintf("%s: the image `%s` of %s is no valid name of an image", [
		document.subject,
		reference,
		workload.container_name(container),
	])
}
