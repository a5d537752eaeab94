# METADATA
# title: What a workload refers to is there
# description: >-
#   A pod whose ConfigMap or PersistentVolumeClaim is not there does not start, and one whose ServiceAccount is not
#   there is not even made. What a cluster has already is not known, so this is said only of a name where other
#   objects of that kind are among the documents, for the same namespace, which the workload names. Secrets are not
#   judged: they are better made elsewhere.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
#   description: Configure a pod to use a ConfigMap
# custom:
#   id: workload/missing-reference
#   severity: low
#   remediation: "Correct the name, or add the object; `optional: true` where the pod can do without it."
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.missing_reference

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.workload

warn contains msg if {
	name := workload.pod_spec.serviceAccountName
	name == workload.service_account
	name != "default"
	missing("ServiceAccount", name)
	msg := words("ServiceAccount", name)
}

warn contains msg if {
	some volume in workload.volumes
	demanded(volume.configMap)
	name := volume.configMap.name
	missing("ConfigMap", name)
	msg := words("ConfigMap", name)
}

warn contains msg if {
	some volume in workload.volumes
	some source in volume.projected.sources
	demanded(source.configMap)
	name := source.configMap.name
	missing("ConfigMap", name)
	msg := words("ConfigMap", name)
}

warn contains msg if {
	some volume in workload.volumes
	name := volume.persistentVolumeClaim.claimName
	missing("PersistentVolumeClaim", name)
	msg := words("PersistentVolumeClaim", name)
}

warn contains msg if {
	some container in workload.containers
	some source in container.envFrom
	demanded(source.configMapRef)
	name := source.configMapRef.name
	missing("ConfigMap", name)
	msg := words("ConfigMap", name)
}

warn contains msg if {
	some container in workload.containers
	some variable in container.env
	demanded(variable.valueFrom.configMapKeyRef)
	name := variable.valueFrom.configMapKeyRef.name
	missing("ConfigMap", name)
	msg := words("ConfigMap", name)
}

words(kind, name) := sprintf("%s: the %s `%s` is not among the documents of namespace %s", [
	document.subject,
	kind,
	name,
	neighbours.namespace,
])

missing(kind, name) if {
	not document.unset(input, ["metadata", "namespace"])
	is_string(name)
	name != ""
	not name in made_by_others
	count(neighbours.names(kind)) > 0
	not name in neighbours.names(kind)
}

# ConfigMaps that Kubernetes, OpenShift and Istio put into every namespace.
made_by_others := {"istio-ca-root-cert", "kube-root-ca.crt", "openshift-service-ca.crt"}

# The pod does not start without it.
demanded(reference) if {
	is_object(reference)
	object.get(reference, "optional", false) != true
}
