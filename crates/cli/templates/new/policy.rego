package {{package}}

# METADATA
# title: Deployments say which team owns them
# description: Without an owner nobody knows whom to ask when a workload misbehaves.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
# custom:
#   id: {{id}}
#   severity: medium
#   remediation: "Add the label `team` below `metadata.labels`."
{{rule}} contains msg if {
	input.kind == "Deployment"
	not input.metadata.labels.team
	msg := sprintf("Deployment %s has no label `team`", [input.metadata.name])
}
