package kubernetes.pod_security.namespace_labels_test

import data.kubernetes.pod_security.namespace_labels

namespace(labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}

label(name, value) := {sprintf("pod-security.kubernetes.io/%s", [name]): value}

test_unknown_levels if {
	every mode in ["enforce", "audit", "warn"] {
		namespace_labels.deny == {sprintf(
			`Namespace shop: metadata.labels[pod-security.kubernetes.io/%s]: Invalid value: "strict": must be one of privileged, baseline, restricted`,
			[mode],
		)} with input as namespace(label(mode, "strict"))
	}
	every value in ["", "Restricted", null, 7, {}] {
		count(namespace_labels.deny) == 1 with input as namespace(label("enforce", value))
	}
}

test_bad_versions if {
	every mode in ["enforce", "audit", "warn"] {
		labels := object.union(label(mode, "baseline"), label(sprintf("%s-version", [mode]), "1.30"))
		namespace_labels.deny == {sprintf(
			`Namespace shop: metadata.labels[pod-security.kubernetes.io/%s-version]: Invalid value: "1.30": must be "latest" or "v1.x"`,
			[mode],
		)} with input as namespace(labels)
	}
	every value in ["", null, 1.3, "v1"] {
		labels := object.union(label("warn", "baseline"), label("warn-version", value))
		count(namespace_labels.deny) == 1 with input as namespace(labels)
	}
}

test_good_labels if {
	every level in ["privileged", "baseline", "restricted"] {
		every version in ["latest", "v1.0", "v1.37"] {
			labels := object.union(label("enforce", level), label("enforce-version", version))
			namespace_labels.deny | namespace_labels.warn == set() with input as namespace(labels)
		}
		namespace_labels.deny | namespace_labels.warn == set() with input as namespace(label("audit", level))
	}
}

test_unknown_labels if {
	namespace_labels.warn == {"Namespace shop: the label `pod-security.kubernetes.io/enforced` means nothing to Pod Security Admission"} with input as namespace(label(
		"enforced",
		"baseline",
	))
}

test_a_version_alone if {
	namespace_labels.warn == {"Namespace shop: the label `pod-security.kubernetes.io/warn-version` does nothing without `pod-security.kubernetes.io/warn`"} with input as namespace(label(
		"warn-version",
		"latest",
	))
}

test_versions_to_come if {
	labels := object.union(label("enforce", "baseline"), label("enforce-version", "v1.99"))
	count(namespace_labels.warn) == 1 with input as namespace(labels)
	namespace_labels.deny == set() with input as namespace(labels)
}

test_other_documents if {
	every document in [
		{},
		[],
		"text",
		{"kind": "Namespace"},
		{"kind": "Namespace", "metadata": null},
		{"kind": "Namespace", "metadata": {"name": "shop"}},
		{"kind": "Namespace", "metadata": {"name": "shop", "labels": null}},
		{"kind": "Namespace", "metadata": {"name": "shop", "labels": "text"}},
		{"kind": "Namespace", "metadata": {"name": "shop", "labels": ["text", 7]}},
		{"kind": "Namespace", "metadata": {"name": "shop", "labels": {"app": "web"}}},
		{"kind": "Pod", "metadata": {"name": "shop", "labels": label("enforce", "strict")}},
	] {
		namespace_labels.deny | namespace_labels.warn == set() with input as document
	}
}

test_parameters if {
	namespace_labels.exempt_namespaces == []
	namespace_labels.exempt_runtime_classes == []
	parameters := {"pod-security/namespace-labels": {"exempt_namespaces": ["a"], "exempt_runtime_classes": ["b"]}}
	namespace_labels.exempt_namespaces == ["a"] with data.kpol.parameters as parameters
	namespace_labels.exempt_runtime_classes == ["b"] with data.kpol.parameters as parameters
}
