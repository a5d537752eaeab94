package kubernetes.lib.network_fixtures_test

# A NetworkPolicy of the namespace `shop`.
policy(spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": spec,
}

# A Service of the namespace `shop`.
service(spec) := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": spec,
}

# A run with one Deployment in the namespace `shop`, whose pods have these labels.
running(labels) := {"namespace": {"shop": {"apps/v1": {"Deployment": {"web": {"spec": {"template": {
	"metadata": {"labels": labels},
	"spec": {},
}}}}}}}}

values := [null, "text", 7, true, {}, [], [null], [7], [[]]]

# What no check may stumble over.
odd := array.concat(
	[{}, {"kind": "NetworkPolicy"}, {"kind": "Service"}, {"kind": "Ingress"}, {"kind": "Namespace"}],
	[document |
		some value in values
		some document in [
			policy(value),
			policy({"podSelector": value}),
			policy({"podSelector": {"matchLabels": value}}),
			policy({"policyTypes": value}),
			policy({"ingress": [{"from": [{"ipBlock": value}]}], "policyTypes": ["Ingress"]}),
			policy({"ingress": [{"from": [{"namespaceSelector": {"matchLabels": value}}]}]}),
			policy({"ingress": [{"from": [{"podSelector": {}}], "ports": value}]}),
			service(value),
			service({"type": value, "selector": value, "externalIPs": []}),
			{"kind": "Ingress", "spec": value},
			{"kind": "Namespace", "metadata": value},
			{"kind": "Namespace", "metadata": {"name": value}},
		]
	],
)
