package kubernetes.lib.fixtures_test

# A Pod of one container.
pod(container) := pod_with({}, container)

# A Pod of one container, with more fields in its spec.
pod_with(fields, container) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": object.union({"containers": [with_image(container)]}, fields),
}

# Without an image it would be a patch.
with_image(container) := object.union({"image": image}, container)

image := "registry.example.com/app:1@sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2"

# A Pod whose one container has this security context.
secured(context) := pod({"name": "app", "securityContext": context})

# The same on Windows.
windows(context) := pod_with({"os": {"name": "windows"}}, {"name": "app", "securityContext": context})

# A Pod with a container in each of the three lists; all have this security context.
three_lists(context) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {
		"containers": [{"name": "app", "image": image, "securityContext": context}],
		"initContainers": [{"name": "setup", "image": image, "securityContext": context}],
		"ephemeralContainers": [{"name": "debug", "image": image, "securityContext": context}],
	},
}

# What no check may stumble over: documents without the fields that it looks at, or with others in their
# place.
hollow := array.concat(
	[object.union({"apiVersion": "v1", "metadata": {"name": "web"}}, document) |
		some document in [
			{"kind": "Pod"},
			{"kind": "Pod", "spec": null},
			{"kind": "Pod", "spec": "text"},
			{"kind": "Pod", "spec": []},
			{"kind": "Deployment", "spec": {"template": null}},
			{"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {}}}}},
			{"kind": "PodTemplate"},
			{"kind": "Service", "spec": {"ports": [{"port": 80}]}},
		]
	],
	[{}, {"kind": null}, {"kind": 7, "spec": {}}],
)

# Pods whose lists are not lists of objects.
crooked := [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec} |
	some wrong in [null, "text", 7, true, {}, [], [null], ["text"], [7], [[]], [{}]]
	some spec in [
		{"containers": wrong},
		{"containers": wrong, "securityContext": wrong, "volumes": wrong, "tolerations": wrong},
		{"containers": [{"securityContext": wrong, "ports": wrong, "volumeMounts": wrong, "env": wrong}]},
		{"containers": [{"envFrom": wrong, "resources": wrong, "args": wrong, "command": wrong, "image": wrong}]},
		{"volumes": [{"hostPath": wrong, "projected": wrong, "configMap": wrong}]},
	]
]

# A namespace `shop` with these objects beside the input, as {kind: [object, …]}.
beside(kinds) := {"namespace": {"shop": {"v1": {kind: by_name(objects) | some kind, objects in kinds}}}}

by_name(objects) := {object.metadata.name: object | some object in objects}

# What `--pod-security` gives to policies.
baseline := {"level": "baseline", "version": "latest"}

restricted := {"level": "restricted", "version": "latest"}
