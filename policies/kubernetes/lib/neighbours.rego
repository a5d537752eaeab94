# METADATA
# title: Objects beside the input
# description: >-
#   What the other documents of the run say about the namespace of the input. They stand in
#   data.inventory in the shape that Gatekeeper gives them. An object that names no namespace is a
#   neighbour of those that name none either, and of those in `default`, where it lands unless whoever
#   applies it says otherwise.
package kubernetes.lib.neighbours

# The namespace of the input: `default` where it names none.
default namespace := "default"

namespace := value if {
	value := object.get(input, ["metadata", "namespace"], null)
	is_string(value)
	value != ""
}

# The ServiceAccounts, by name.
service_accounts[name] := object if some name, object in data.inventory.namespace[namespace].v1.ServiceAccount

service_accounts[name] := object if {
	namespace == "default"
	some name, object in data.inventory.cluster.v1.ServiceAccount
	not data.inventory.namespace[namespace].v1.ServiceAccount[name]
}

limit_ranges contains object if some object in data.inventory.namespace[namespace].v1.LimitRange

limit_ranges contains object if {
	namespace == "default"
	some object in data.inventory.cluster.v1.LimitRange
}

# names(kind) is the set of the names of the neighbours of this kind.
names("ServiceAccount") := object.keys(service_accounts)

names("ConfigMap") := {name | some name, _ in data.inventory.namespace[namespace].v1.ConfigMap} | {name |
	namespace == "default"
	some name, _ in data.inventory.cluster.v1.ConfigMap
}

names("PersistentVolumeClaim") := placed | unplaced if {
	placed := {name | some name, _ in data.inventory.namespace[namespace].v1.PersistentVolumeClaim}
	unplaced := {name |
		namespace == "default"
		some name, _ in data.inventory.cluster.v1.PersistentVolumeClaim
	}
}
