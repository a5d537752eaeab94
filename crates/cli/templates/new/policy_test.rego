package {{package}}_test

import data.{{package}}

deployment(labels) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "labels": labels},
}

test_team_is_given if {
	count({{tail}}.{{rule}}) == 0 with input as deployment({"team": "shop"})
}

test_team_is_missing if {
	{{tail}}.{{rule}} == {"Deployment web has no label `team`"} with input as deployment({"app": "web"})
}

# Each optional field may be absent: a rule that forgets that lets bad manifests pass.
test_labels_are_missing if {
	count({{tail}}.{{rule}}) == 1 with input as {"kind": "Deployment", "metadata": {"name": "web"}}
}

test_other_kinds_need_none if {
	count({{tail}}.{{rule}}) == 0 with input as {"kind": "Service", "metadata": {"name": "web"}}
}
