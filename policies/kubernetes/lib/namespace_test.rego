package kubernetes.lib.namespace_test

import data.kubernetes.lib.namespace

test_name if {
	namespace.name == "shop" with input as {"kind": "Namespace", "metadata": {"name": "shop"}}
}

test_system_namespaces_are_left_alone if {
	every system in ["kube-system", "kube-public", "kube-node-lease"] {
		not namespace.name with input as {"kind": "Namespace", "metadata": {"name": system}}
	}
}

test_other_documents if {
	not namespace.name with input as {"kind": "Pod", "metadata": {"name": "shop"}}
	not namespace.name with input as {"kind": "Namespace"}
	not namespace.name with input as {}
}
