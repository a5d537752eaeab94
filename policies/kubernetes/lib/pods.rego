# METADATA
# title: Pods of a namespace
# description: >-
#   The pods that the documents of the run make in a namespace, as the labels that they will have. Objects
#   that name no namespace count as those of `default`.
package kubernetes.lib.pods

import data.kubernetes.lib.selector

# in_namespace(namespace) is the set of the labels of the pods there.
in_namespace(namespace) := labels_of(templates(namespace))

# The labels of the pods of objects that name no namespace.
of_no_namespace := labels_of(unplaced)

# candidates(namespace) is the set of the templates of the pods that may be there: those of objects that name no
# namespace, too.
candidates(namespace) := placed(namespace) | unplaced

# selected(namespace, chosen) is the set of the templates there whose labels the selector fits; none where others
# make pods, too.
selected(namespace, chosen) := {template |
	not operated(namespace)
	some template in candidates(namespace)
	is_object(template)
	selector.matches(chosen, object.get(template, ["metadata", "labels"], {}))
}

# ports(template) is the set of [name, protocol] of the ports that the containers name.
ports(template) := {[port.name, protocol] |
	some field in ["containers", "initContainers"]
	is_object(template)
	some container in object.get(template, ["spec", field], [])
	is_object(container)
	some port in object.get(container, "ports", [])
	is_object(port)
	protocol := object.get(port, "protocol", "TCP")
}

# operated(namespace) holds where an operator makes pods there, from objects that say nothing of their labels.
operated(namespace) if count(data.inventory.namespace[namespace]["monitoring.coreos.com/v1"].Alertmanager) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["monitoring.coreos.com/v1"].Prometheus) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["monitoring.coreos.com/v1"].ThanosRuler) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["ceph.rook.io/v1"].CephCluster) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["serving.knative.dev/v1"].Service) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["argoproj.io/v1alpha1"].CronWorkflow) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["argoproj.io/v1alpha1"].Workflow) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["argoproj.io/v1alpha1"].WorkflowTemplate) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["postgresql.cnpg.io/v1"].Cluster) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["kafka.strimzi.io/v1beta2"].Kafka) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["elasticsearch.k8s.elastic.co/v1"].Elasticsearch) > 0

operated(namespace) if count(data.inventory.namespace[namespace]["helm.toolkit.fluxcd.io/v2"].HelmRelease) > 0

labels_of(found) := {object.get(template, ["metadata", "labels"], {}) |
	some template in found
	is_object(template)
}

templates(namespace) := placed(namespace) | unplaced if namespace == "default"

templates(namespace) := placed(namespace) if namespace != "default"

placed(namespace) := union({
	{pod | some object in data.inventory.namespace[namespace].v1.Pod; pod := slim(object)},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].Deployment; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].StatefulSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].DaemonSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["apps/v1"].ReplicaSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["batch/v1"].Job; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["batch/v1"].CronJob; pod := slim(object.spec.jobTemplate.spec.template)},
	{pod | some object in data.inventory.namespace[namespace].v1.ReplicationController; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["apps.openshift.io/v1"].DeploymentConfig; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.namespace[namespace]["argoproj.io/v1alpha1"].Rollout; pod := slim(object.spec.template)},
})

unplaced := union({
	{pod | some object in data.inventory.cluster.v1.Pod; pod := slim(object)},
	{pod | some object in data.inventory.cluster["apps/v1"].Deployment; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["apps/v1"].StatefulSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["apps/v1"].DaemonSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["apps/v1"].ReplicaSet; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["batch/v1"].Job; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["batch/v1"].CronJob; pod := slim(object.spec.jobTemplate.spec.template)},
	{pod | some object in data.inventory.cluster.v1.ReplicationController; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["apps.openshift.io/v1"].DeploymentConfig; pod := slim(object.spec.template)},
	{pod | some object in data.inventory.cluster["argoproj.io/v1alpha1"].Rollout; pod := slim(object.spec.template)},
})

# slim(template) is what others have to do with of a pod: its labels, ports, network and service account. Nothing else of
# the documents is kept in memory.
slim(template) := {
	"metadata": {"labels": object.get(template, ["metadata", "labels"], {})},
	"spec": {
		"hostNetwork": object.get(template, ["spec", "hostNetwork"], false),
		"containers": ports_alone(object.get(template, ["spec", "containers"], [])),
		"initContainers": ports_alone(object.get(template, ["spec", "initContainers"], [])),
		"serviceAccountName": object.get(template, ["spec", "serviceAccountName"], ""),
		"serviceAccount": object.get(template, ["spec", "serviceAccount"], ""),
	},
} if {
	is_object(template)
}

ports_alone(containers) := [{"ports": object.get(container, "ports", [])} |
	some container in containers
	is_object(container)
]
