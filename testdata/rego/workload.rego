package cases.workload

# What real policies look like: several features in one small check.
containers contains container if some container in input.spec.template.spec.containers

containers contains container if some container in input.spec.template.spec.initContainers

default required := true

required := false if input.metadata.annotations.exempt == "true"

deny contains msg if {
	required
	some container in containers
	not container.securityContext.runAsNonRoot
	msg := sprintf("%s: container %s may run as root", [input.metadata.name, container.name])
}

deny contains {"msg": msg, "image": container.image} if {
	some container in containers
	[_, tag] := split(container.image, ":")
	tag == "latest"
	msg := "latest"
}
