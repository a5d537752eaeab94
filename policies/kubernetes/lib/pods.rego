# METADATA
# title: Pods of a namespace
# description: >-
#   The pods that the documents of the run make in a namespace, as the labels that they will have. Objects
#   that name no namespace count as those of `default`.
package kubernetes.lib.pods

# in_namespace(namespace) is the set of the labels of the pods there.
in_namespace(namespace) := labels_of(templates(namespace))

# The labels of the pods of objects that name no namespace.
of_no_namespace := labels_of(unplaced)

labels_of(found) := {object.get(template, ["metadata", "labels"], {}) |
	some template in found
	is_object(template)
}

templates(namespace) := placed(namespace) | unplaced if namespace == "default"

templates(namespace) := placed(namespace) if namespace != "default"

placed(namespace) := union({
	{pod | some object in data.inventory.namespace[namespace].v1.Pod; pod := object},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].Deployment; pod := object.spec.template},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].StatefulSet; pod := object.spec.template},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].DaemonSet; pod := object.spec.template},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].ReplicaSet; pod := object.spec.template},
	{pod | some object in data.inventory.namespace[namespace]["batch/v1"].Job; pod := object.spec.template},
	{pod | some object in data.inventory.namespace[namespace]["batch/v1"].CronJob; pod := object.spec.jobTemplate.spec.template},
	{pod | some object in data.inventory.namespace[namespace].v1.ReplicationController; pod := object.spec.template},
})

unplaced := union({
	{pod | some object in data.inventory.cluster.v1.Pod; pod := object},
	{pod | some object in data.inventory.cluster["apps/v1"].Deployment; pod := object.spec.template},
	{pod | some object in data.inventory.cluster["apps/v1"].StatefulSet; pod := object.spec.template},
	{pod | some object in data.inventory.cluster["apps/v1"].DaemonSet; pod := object.spec.template},
	{pod | some object in data.inventory.cluster["apps/v1"].ReplicaSet; pod := object.spec.template},
	{pod | some object in data.inventory.cluster["batch/v1"].Job; pod := object.spec.template},
	{pod | some object in data.inventory.cluster["batch/v1"].CronJob; pod := object.spec.jobTemplate.spec.template},
	{pod | some object in data.inventory.cluster.v1.ReplicationController; pod := object.spec.template},
})
