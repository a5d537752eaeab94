# METADATA
# title: Images without a version are pulled each time
# description: >-
#   What a tag such as `latest` names today is asked of the registry only with the pull policy `Always`, which is
#   also what is used where nothing is set and the tag is `latest` or missing. With `IfNotPresent` or `Never` each node
#   runs whatever it once pulled, known holes included.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
#   description: Image pull policy
# custom:
#   id: images/pull-policy
#   severity: low
#   remediation: "Give the image a version; until then set `imagePullPolicy: Always`."
#   tags: [supply-chain]
#   frameworks:
#     nsa: ["Pod security: secure images"]
#     owasp: ["K02"]
package kubernetes.images.pull_policy

import data.kubernetes.lib.document
import data.kubernetes.lib.image
import data.kubernetes.lib.workload

warn contains msg if {
	some container in workload.containers
	reference := object.get(container, "image", null)
	image.valid(reference)
	image.unversioned(reference)
	policy := container.imagePullPolicy
	policy in {"IfNotPresent", "Never"}
	msg := sprintf("%s: the image `%s` of %s is no version, and its pull policy is `%s`", [
		document.subject,
		reference,
		workload.container_name(container),
		policy,
	])
}
