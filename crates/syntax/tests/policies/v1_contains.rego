package a

deny contains msg if {
	some container in input.spec.containers
	not container.securityContext.runAsNonRoot
	msg := sprintf("container %v runs as root", [container.name])
}

deny contains {"msg": "always"}

warn contains "x" if true
