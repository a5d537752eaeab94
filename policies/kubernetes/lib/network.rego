# METADATA
# title: Network policies
# description: >-
#   NetworkPolicies of the documents beside the input, which stand in data.inventory in the shape that
#   Gatekeeper gives them: data.inventory.namespace[namespace][apiVersion][kind][name].
package kubernetes.lib.network

# The input is a NetworkPolicy of Kubernetes. Calico has a kind of the same name.
policy if {
	input.kind == "NetworkPolicy"
	of_group({"extensions", "networking.k8s.io"})
}

# The input is an Ingress of Kubernetes. OpenShift and Knative have kinds of the same name.
ingress if {
	input.kind == "Ingress"
	of_group({"extensions", "networking.k8s.io"})
}

# A document without an apiVersion is taken for what its kind says.
of_group(groups) if {
	version := object.get(input, "apiVersion", null)
	is_string(version)
	split(version, "/")[0] in groups
}

of_group(_) if object.get(input, "apiVersion", null) == null

# peers contains each peer of the rules of the input, in either direction.
peers contains peer if {
	policy
	some rule in input.spec.ingress
	some peer in rule.from
	is_object(peer)
}

peers contains peer if {
	policy
	some rule in input.spec.egress
	some peer in rule.to
	is_object(peer)
}

# denied_by_default(namespace, direction) holds where a policy isolates every pod of the namespace in
# the direction, `Ingress` or `Egress`, and no policy of every pod allows everything there.
denied_by_default(namespace, direction) if {
	some policy in policies(namespace)
	isolates(policy, direction)
	not opened(namespace, direction)
}

opened(namespace, direction) if {
	some policy in policies(namespace)
	isolates(policy, direction)
	some rule in policy.spec[rules_field[direction]]
	open(rule)
}

# policies(namespace) is the set of the namespace's NetworkPolicies. One that names no namespace is
# applied to `default`, unless whoever applies it says otherwise.
policies(namespace) := placed | unplaced if {
	placed := {policy |
		some policy in data.inventory.namespace[namespace]["networking.k8s.io/v1"].NetworkPolicy
	}
	unplaced := {policy |
		namespace == "default"
		some policy in data.inventory.cluster["networking.k8s.io/v1"].NetworkPolicy
	}
}

rules_field := {"Ingress": "ingress", "Egress": "egress"}

isolates(policy, direction) if {
	selects_all(object.get(policy, ["spec", "podSelector"], {}))
	direction in policy_types(policy)
}

selects_all(null)

selects_all(selector) if {
	none(selector, "matchLabels")
	none(selector, "matchExpressions")
}

# The API server fills policyTypes in: `Ingress` always, `Egress` where there are egress rules.
policy_types(policy) := policy.spec.policyTypes if {
	is_array(policy.spec.policyTypes)
	count(policy.spec.policyTypes) > 0
} else := ["Ingress", "Egress"] if {
	is_array(policy.spec.egress)
	count(policy.spec.egress) > 0
} else := ["Ingress"]

# A rule without peers and without ports allows everything.
open(rule) if {
	none(rule, "from")
	none(rule, "to")
	none(rule, "ports")
}

# none(owner, field) holds where the field is absent or empty.
none(owner, field) if {
	is_object(owner)
	object.get(owner, field, null) in {null, [], {}}
}

# list(owner, field) is the list in the field, looked up without a trace; [] where there is none.
list(owner, field) := value if {
	is_object(owner)
	value := object.get(owner, field, [])
	is_array(value)
} else := []

# protocol(port) is the protocol of a port of a policy or a Service: TCP where none is named.
protocol(port) := "TCP" if {
	is_object(port)
	object.get(port, "protocol", null) == null
}

protocol(port) := value if {
	is_object(port)
	value := object.get(port, "protocol", null)
	value != null
}

# not_modelled(namespace) holds where policies of other kinds may isolate its pods.
not_modelled(namespace) if {
	some policy in data.inventory.namespace[namespace]["cilium.io/v2"].CiliumNetworkPolicy
	policy
}

not_modelled(namespace) if {
	some policy in data.inventory.namespace[namespace]["projectcalico.org/v3"].NetworkPolicy
	policy
}

not_modelled(namespace) if {
	some policy in data.inventory.namespace[namespace]["crd.projectcalico.org/v1"].NetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["cilium.io/v2"].CiliumClusterwideNetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["projectcalico.org/v3"].GlobalNetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["crd.projectcalico.org/v1"].GlobalNetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["policy.networking.k8s.io/v1alpha2"].ClusterNetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["policy.networking.k8s.io/v1alpha1"].AdminNetworkPolicy
	policy
}

not_modelled(_) if {
	some policy in data.inventory.cluster["policy.networking.k8s.io/v1alpha1"].BaselineAdminNetworkPolicy
	policy
}
