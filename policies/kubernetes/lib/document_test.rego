package kubernetes.lib.document_test

import data.kubernetes.lib.document

test_subject if {
	document.subject == "Pod shop/web" with input as {
		"kind": "Pod",
		"metadata": {"name": "web", "namespace": "shop"},
	}
}

test_subject_without_namespace if {
	document.subject == "Pod web" with input as {"kind": "Pod", "metadata": {"name": "web"}}
	document.subject == "Pod web" with input as {
		"kind": "Pod",
		"metadata": {"name": "web", "namespace": ""},
	}
}

test_subject_of_a_generated_name if {
	document.subject == "Job load-*" with input as {
		"kind": "Job",
		"metadata": {"generateName": "load-"},
	}
}

test_subject_without_a_name if {
	document.subject == "Pod (unnamed)" with input as {"kind": "Pod"}
	document.subject == "Pod (unnamed)" with input as {"kind": "Pod", "metadata": null}
	document.subject == "document (unnamed)" with input as {}
}

test_unset if {
	document.unset({}, ["a", "b"])
	document.unset({"a": null}, ["a", "b"])
	document.unset({"a": {"b": null}}, ["a", "b"])
	not document.unset({"a": {"b": false}}, ["a", "b"])
	not document.unset({"a": {"b": 0}}, ["a", "b"])
}
