package cases.rule_index

deny contains "pod" if {
	input.kind == "Pod"
	input.spec.hostNetwork
}

deny contains "deployment" if {
	input.kind == "Deployment"
	input.spec.replicas < 2
}

deny contains "workload" if {
	input.kind in {"Deployment", "StatefulSet"}
	input.spec.replicas > 0
}

deny contains "prefix" if startswith(input.metadata.name, "tmp-")

reverse contains "constant first" if "Deployment" == input.kind
