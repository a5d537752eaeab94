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

test_templates_and_patches_are_left_alone if {
	every document in [
		{"kind": "Namespace", "metadata": {"name": "$(NAME)"}},
		{"kind": "Namespace", "metadata": {"name": "{{ .Release.Namespace }}"}},
		{"kind": "Namespace", "metadata": {"name": "shop"}, "$patch": "delete"},
		{"kind": "Namespace", "metadata": {"name": 7}},
	] {
		not namespace.name with input as document
	}
}

test_other_documents if {
	not namespace.name with input as {"kind": "Pod", "metadata": {"name": "shop"}}
	not namespace.name with input as {"kind": "Namespace"}
	not namespace.name with input as {}
}
