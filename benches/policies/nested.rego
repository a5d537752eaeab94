package main

teams contains namespace.team if {
	some cluster in input.clusters
	some namespace in cluster.namespaces
}

memory[team] := total if {
	some team in teams
	total := sum([container.memory |
		some cluster in input.clusters
		some namespace in cluster.namespaces
		namespace.team == team
		some workload in namespace.workloads
		some pod in workload.pods
		some container in pod.containers
	])
}

deny contains msg if {
	some team, total in memory
	total > input.quota[team]
	msg := sprintf("team %s uses %d MiB, %d more than its quota", [team, total, total - input.quota[team]])
}

deny contains msg if {
	some cluster in input.clusters
	short := {namespace.name: names |
		some namespace in cluster.namespaces
		names := [workload.name |
			some workload in namespace.workloads
			ready := [pod.name |
				some pod in workload.pods
				every container in pod.containers {
					container.ready
				}
			]
			count(ready) < workload.minimum
		]
		count(names) > 0
	}
	some namespace, names in short
	msg := sprintf("%s/%s: too few ready pods: %s", [cluster.name, namespace, concat(", ", names)])
}

deny contains msg if {
	images := {image: places |
		some cluster in input.clusters
		some image in {container.image |
			some workload in cluster.namespaces[_].workloads
			some container in workload.pods[_].containers
		}
		places := {other.name |
			some other in input.clusters
			other.namespaces[_].workloads[_].pods[_].containers[_].image == image
		}
	}
	some image, places in images
	count(places) == 1
	some place in places
	msg := sprintf("image %s runs in %s only", [image, place])
}
