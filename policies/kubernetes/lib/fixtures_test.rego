package kubernetes.lib.fixtures_test

# A Pod of one container.
pod(container) := pod_with({}, container)

# A Pod of one container, with more fields in its spec.
pod_with(fields, container) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": object.union({"containers": [container]}, fields),
}

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
		"containers": [{"name": "app", "securityContext": context}],
		"initContainers": [{"name": "setup", "securityContext": context}],
		"ephemeralContainers": [{"name": "debug", "securityContext": context}],
	},
}
