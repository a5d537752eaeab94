package kubernetes.lib.workload_test

import data.kubernetes.lib.workload

spec := {
	"containers": [{"name": "app"}],
	"initContainers": [{"name": "setup"}],
	"ephemeralContainers": [{"name": "debug"}],
}

test_pod if {
	workload.pod_spec == spec with input as {"kind": "Pod", "spec": spec}
}

test_templates if {
	every kind in [
		"DaemonSet",
		"Deployment",
		"Job",
		"ReplicaSet",
		"ReplicationController",
		"StatefulSet",
	] {
		workload.pod_spec == spec with input as {"kind": kind, "spec": {"template": {"spec": spec}}}
	}
}

test_cron_job if {
	document := {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}
	workload.pod_spec == spec with input as document
}

test_pod_template if {
	workload.pod_spec == spec with input as {"kind": "PodTemplate", "template": {"spec": spec}}
}

test_other_kinds_have_none if {
	not workload.pod_spec with input as {"kind": "Service", "spec": {"template": {"spec": spec}}}
	not workload.pod_spec with input as {"kind": "Deployment"}
	not workload.pod_spec with input as {"kind": "CronJob", "spec": {}}
	not workload.pod_spec with input as {}
	not workload.pod_spec with input as []
	workload.containers == set() with input as {"kind": "Service"}
}

test_containers_of_every_list if {
	pod := {"kind": "Pod", "spec": spec}
	workload.containers == {{"name": "app"}, {"name": "setup"}, {"name": "debug"}} with input as pod
	workload.sized_containers == set() with input as pod
}

test_sized_containers if {
	pod := {"kind": "Pod", "spec": {key: [{"name": key, "image": "x"}] |
		some key in ["containers", "initContainers", "ephemeralContainers"]
	}}
	{container.name | some container in workload.sized_containers} == {"containers", "initContainers"} with input as pod
}

test_containers_absent if {
	every empty in [{}, {"containers": null}, {"containers": []}, null] {
		workload.containers == set() with input as {"kind": "Pod", "spec": empty}
	}
}

test_container_name if {
	workload.container_name({"name": "app"}) == "container `app`"
	workload.container_name({}) == "container `(unnamed)`"
}

test_windows if {
	workload.windows with input as {"kind": "Pod", "spec": {"os": {"name": "windows"}}}
	workload.windows with input as {"kind": "Pod", "spec": {"nodeSelector": {"kubernetes.io/os": "windows"}}}
	every spec in [{}, {"os": null}, {"os": {"name": "linux"}}, {"nodeSelector": {"kubernetes.io/os": "linux"}}] {
		not workload.windows with input as {"kind": "Pod", "spec": spec}
	}
}

test_a_container_without_an_image_is_a_patch if {
	workload.whole_containers == {{"name": "a", "image": "x"}} with input as {"kind": "Pod", "spec": {"containers": [
		{"name": "a", "image": "x"},
		{"name": "b"},
		{"name": "c", "image": null},
	]}}
}

test_service_account if {
	workload.service_account == "web" with input as {"kind": "Pod", "spec": {"serviceAccountName": "web"}}
	workload.service_account == "web" with input as {"kind": "Pod", "spec": {"serviceAccount": "web"}}
	every spec in [{}, {"serviceAccountName": null}, {"serviceAccountName": ""}, {"serviceAccountName": 7}] {
		workload.service_account == "default" with input as {"kind": "Pod", "spec": spec}
	}
	not workload.service_account with input as {"kind": "Pod"}
	not workload.service_account with input as {"kind": "Service", "spec": {}}
}

test_what_is_no_object_is_left_out if {
	every wrong in [null, 7, "text", []] {
		workload.containers == set() with input as {"kind": "Pod", "spec": {"containers": [wrong]}}
		workload.volumes == set() with input as {"kind": "Pod", "spec": {"volumes": [wrong]}}
		not workload.pod_spec with input as {"kind": "Pod", "spec": wrong}
	}
}

test_privileged if {
	workload.privileged({"securityContext": {"privileged": true}})
	every container in [{}, {"securityContext": null}, {"securityContext": {"privileged": false}}] {
		not workload.privileged(container)
	}
}
