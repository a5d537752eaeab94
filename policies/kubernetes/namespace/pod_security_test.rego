package kubernetes.namespace.pod_security_test

import data.kubernetes.namespace.pod_security

labelled(labels) := {"kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}

enforced(level) := labelled({"pod-security.kubernetes.io/enforce": level})

test_no_label_is_denied if {
	msg := "namespace shop enforces no Pod Security Standard"
	every labels in [
		{},
		null,
		{"team": "shop"},
		{"pod-security.kubernetes.io/warn": "restricted"},
		{"pod-security.kubernetes.io/enforce": null},
	] {
		pod_security.deny == {msg} with input as labelled(labels)
	}
	pod_security.deny == {msg} with input as {"kind": "Namespace", "metadata": {"name": "shop"}}
}

test_privileged_is_denied if {
	pod_security.deny == {"namespace shop enforces the Pod Security Standard `privileged`"} with input as enforced("privileged")
}

# They are for pod-security/namespace-labels.
test_what_is_no_level_passes if {
	every level in ["Restricted", "", 7, true] {
		pod_security.deny == set() with input as enforced(level)
		pod_security.warn == set() with input as enforced(level)
	}
}

test_baseline_is_a_warning if {
	pod_security.deny == set() with input as enforced("baseline")
	pod_security.warn == {"namespace shop enforces `baseline`, not `restricted`"} with input as enforced("baseline")
}

test_restricted_passes if {
	pod_security.deny == set() with input as enforced("restricted")
	pod_security.warn == set() with input as enforced("restricted")
}

test_system_namespaces_pass if {
	pod_security.deny == set() with input as {
		"kind": "Namespace",
		"metadata": {"name": "kube-system"},
	}
}

test_other_documents_pass if {
	every document in [{"kind": "Pod", "metadata": {"name": "shop"}}, {"kind": "Namespace"}, {}] {
		pod_security.deny == set() with input as document
		pod_security.warn == set() with input as document
	}
}

test_a_label_in_another_document_of_the_namespace_counts if {
	beside := {"cluster": {"v1": {"Namespace": {"shop": enforced("restricted")}}}}
	pod_security.deny == set() with input as labelled({}) with data.inventory as beside
	unlabelled := {"cluster": {"v1": {"Namespace": {"shop": labelled(null), "other": enforced("restricted")}}}}
	count(pod_security.deny) == 1 with input as labelled({}) with data.inventory as unlabelled
}
