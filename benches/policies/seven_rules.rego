package main

workload if input.kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}

pod := input.spec.template.spec if workload

deny contains msg if {
	some container in pod.containers
	container.securityContext.privileged == true
	msg := sprintf("container `%s` is privileged", [container.name])
}

deny contains msg if {
	some container in pod.containers
	not pod.securityContext.runAsNonRoot
	not container.securityContext.runAsNonRoot
	msg := sprintf("container `%s` may run as root", [container.name])
}

deny contains msg if {
	some container in pod.containers
	endswith(container.image, ":latest")
	msg := sprintf("container `%s` runs an image without a version", [container.name])
}

deny contains msg if {
	some container in pod.containers
	not container.resources.limits.memory
	msg := sprintf("container `%s` has no memory limit", [container.name])
}

deny contains msg if {
	some container in pod.containers
	some capability in container.securityContext.capabilities.add
	not capability in {"NET_BIND_SERVICE", "CHOWN"}
	msg := sprintf("container `%s` adds capability %s", [container.name, capability])
}

deny contains msg if {
	pod.hostNetwork == true
	msg := sprintf("%s `%s` uses the network of its node", [input.kind, input.metadata.name])
}

deny contains msg if {
	workload
	not input.metadata.labels["app.kubernetes.io/name"]
	msg := sprintf("%s `%s` has no label app.kubernetes.io/name", [input.kind, input.metadata.name])
}
