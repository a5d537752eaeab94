package cases.deep_nesting

report := {namespace: pods |
	some namespace, objects in input.namespaces
	pods := {pod.name: images |
		some pod in objects
		images := {image |
			some container in pod.containers
			image := container.image
			not startswith(image, "registry.example.com/")
		}
		count(images) > 0
	}
	count(pods) > 0
}
