# METADATA
# title: Pods of any workload
# description: >-
#   What the checks of workloads share: the pod spec of every kind that carries one, its containers,
#   and the words that a message is made of. A document of another kind has no pod spec, so that a
#   check built on this package costs next to nothing there.
#
#   Containers are handed out as they stand in the input, not as copies, and the helpers that only
#   describe an object look its fields up through object.get: what a check itself reads decides
#   where its finding points.
package kubernetes.lib.workload

# The pod spec of the input document; undefined for a document without one.
pod_spec := input.spec if input.kind == "Pod"

pod_spec := input.spec.template.spec if input.kind in {
	"DaemonSet",
	"Deployment",
	"Job",
	"ReplicaSet",
	"ReplicationController",
	"StatefulSet",
}

pod_spec := input.spec.jobTemplate.spec.template.spec if input.kind == "CronJob"

pod_spec := input.template.spec if input.kind == "PodTemplate"

# Containers that run for the life of the pod.
main_containers contains container if some container in pod_spec.containers

# Containers that run before the main ones, or beside them as sidecars.
init_containers contains container if some container in pod_spec.initContainers

# Containers that someone added to a running pod.
ephemeral_containers contains container if some container in pod_spec.ephemeralContainers

# Every container of the pod, whichever list it stands in.
containers := (main_containers | init_containers) | ephemeral_containers

# Containers whose resources can be set: Kubernetes refuses resources of an ephemeral container.
sized_containers := main_containers | init_containers

# The pod says that it runs on Windows, where Linux security settings do not exist.
windows if pod_spec.os.name == "windows"

# The words for a container: its name, in backticks.
container_name(container) := sprintf("container `%v`", [object.get(container, "name", "(unnamed)")])
