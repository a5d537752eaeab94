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

import data.kubernetes.lib.document

# The pod spec of the input document; undefined for a document without one.
pod_spec := spec if {
	spec := template.spec
	is_object(spec)
}

# What the document makes its pods of: their metadata and spec. A Pod is its own.
template := input if input.kind == "Pod"

template := input.spec.template if input.kind in {
	"DaemonSet",
	"Deployment",
	"DeploymentConfig",
	"Job",
	"ReplicaSet",
	"ReplicationController",
	"Rollout",
	"StatefulSet",
}

template := input.spec.jobTemplate.spec.template if input.kind == "CronJob"

template := input.template if input.kind == "PodTemplate"

# The pod spec as the one member of a set: what is missing from a member of a set is reported at it.
pods contains pod if pod := pod_spec

# Containers that run for the life of the pod.
main_containers contains container if {
	some container in pod_spec.containers
	is_object(container)
}

# Containers that run before the main ones, or beside them as sidecars.
init_containers contains container if {
	some container in pod_spec.initContainers
	is_object(container)
}

# Containers that someone added to a running pod.
ephemeral_containers contains container if {
	some container in pod_spec.ephemeralContainers
	is_object(container)
}

# Every container of the pod, whichever list it stands in.
containers := (main_containers | init_containers) | ephemeral_containers

# Containers whose resources can be set: Kubernetes refuses resources of an ephemeral container.
sized_containers := whole_containers - ephemeral_containers

# Containers as they run. One without an image cannot be applied: it is a patch, for Kustomize or `kubectl patch`,
# and what it does not set says nothing. What it does set counts, so that only checks of what is absent use these.
whole_containers contains container if {
	some container in containers
	not document.unset(container, ["image"])
}

# The pod says that it runs on Windows, where Linux security settings do not exist.
windows if pod_spec.os.name == "windows"

windows if {
	some label in ["kubernetes.io/os", "beta.kubernetes.io/os"]
	pod_spec.nodeSelector[label] == "windows"
}

# The words for a container: its name, in backticks.
container_name(container) := sprintf("container `%v`", [object.get(container, "name", "(unnamed)")])

# The words for a volume: its name, in backticks.
volume_name(volume) := sprintf("volume `%v`", [object.get(volume, "name", "(unnamed)")])

# The volumes of the pod.
volumes contains volume if {
	some volume in pod_spec.volumes
	is_object(volume)
}

# The container is privileged. Settings that only narrow what it may do are void for it: it has every
# capability, no seccomp or AppArmor profile, and may always gain privileges.
privileged(container) if object.get(container, ["securityContext", "privileged"], false) == true

# The kinds whose pods are meant to run until someone ends them.
long_running if input.kind in {
	"DaemonSet",
	"Deployment",
	"DeploymentConfig",
	"ReplicaSet",
	"ReplicationController",
	"Rollout",
	"StatefulSet",
}

long_running if {
	bare
	not hook
	object.get(pod_spec, "restartPolicy", null) in {null, "Always"}
}

# A Pod that no controller made.
bare if {
	input.kind == "Pod"
	count(owners) == 0
}

default owners := []

owners := value if {
	value := object.get(input, ["metadata", "ownerReferences"], null)
	is_array(value)
}

# The pod is a step of an installation or a test of Helm or Argo CD: it ends by itself.
hook if {
	some annotation in ["helm.sh/hook", "argocd.argoproj.io/hook"]
	not document.unset(input, ["metadata", "annotations", annotation])
}

# The name of the ServiceAccount that the pod runs as.
service_account := name if {
	name := named(object.get(pod_spec, "serviceAccountName", null))
} else := name if {
	name := named(object.get(pod_spec, "serviceAccount", null))
} else := "default" if {
	pod_spec
}

named(name) := name if {
	is_string(name)
	name != ""
}

# The annotations of the pods that the document makes.
annotations := template.metadata.annotations

# inherits(path) holds where a container leaves the setting to the pod. What every container overrides is no
# mistake, except for containers to come.
inherits(path) if {
	some container in containers
	document.unset(container, path)
}

# The same for settings that a privileged container has no use for.
unprivileged_inherits(path) if {
	some container in containers
	not privileged(container)
	document.unset(container, path)
}
