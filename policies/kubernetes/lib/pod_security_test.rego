package kubernetes.lib.pod_security_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.lib.pod_security

privileged := fixtures.secured({"privileged": true})

# Namespaces of a run, by the labels of `shop`.
inventory(labels) := {"cluster": {"v1": {"Namespace": {"shop": {
	"apiVersion": "v1",
	"kind": "Namespace",
	"metadata": {"name": "shop", "labels": labels},
}}}}}

label(mode, level) := {sprintf("pod-security.kubernetes.io/%s", [mode]): level}

versioned(mode, level, version) := object.union(
	label(mode, level),
	{sprintf("pod-security.kubernetes.io/%s-version", [mode]): version},
)

test_versions if {
	pod_security.minor("latest") == pod_security.newest
	pod_security.minor("v1.0") == 0
	pod_security.minor("v1.25") == 25
	pod_security.minor("v1.999") == pod_security.newest
	pod_security.minor("v1.9223372036854775807") == pod_security.newest
	every version in ["", "v1", "1.25", "v1.01", "v1.-1", "v2.0", "v1.2.3", " v1.2", "Latest", "v1.9223372036854775808", null, 1.25, {}] {
		not pod_security.minor(version)
	}
}

test_checks if {
	pod_security.checks("privileged", 37) == set()
	count(pod_security.checks("baseline", 0)) == 11
	count(pod_security.checks("baseline", 34)) == 12
	count(pod_security.checks("restricted", 0)) == 12
	not "capabilities_baseline" in pod_security.checks("restricted", 22)
	"capabilities_baseline" in pod_security.checks("restricted", 21)
	"procMount" in pod_security.checks("restricted", 34)
	"procMount_restricted" in pod_security.checks("restricted", 35)
}

test_every_check_has_a_function if {
	bad := {
		"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}},
		"spec": {
			"hostPID": true,
			"volumes": [{"name": "a", "hostPath": {}}],
			"securityContext": {"sysctls": [{"name": "a"}], "runAsUser": 0},
			"containers": [{
				"name": "app",
				"ports": [{"hostPort": 1}],
				"livenessProbe": {"tcpSocket": {"host": "a"}},
				"securityContext": {
					"privileged": true,
					"procMount": "Unmasked",
					"capabilities": {"add": ["SYS_ADMIN"]},
					"seLinuxOptions": {"user": "a"},
					"seccompProfile": {"type": "Unconfined"},
					"windowsOptions": {"hostProcess": true},
				},
			}],
		},
	}
	every level in ["baseline", "restricted"] {
		found := {failure.check | some failure in pod_security.evaluate(level, "latest", bad)}
		found == pod_security.checks(level, pod_security.newest)
	}
}

test_a_level_for_all_is_enforced if {
	finding := pod_security.enforced.privileged.finding with input as privileged
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.30"}
	finding == {
		"msg": `Pod shop/web violates PodSecurity "baseline:v1.30": privileged (container "app" must not set securityContext.privileged=true)`,
		"check": "privileged",
		"reason": "privileged",
		"detail": `container "app" must not set securityContext.privileged=true`,
		"policy": "baseline:v1.30",
		"mode": "enforce",
	}
}

test_a_level_for_all_is_stronger_than_labels if {
	pod_security.enforced == {} with input as privileged
		with data.inventory as inventory(label("enforce", "restricted"))
		with data.kpol.pod_security as {"level": "privileged", "version": "latest"}
}

test_enforced_by_labels if {
	finding := pod_security.enforced.privileged.finding with input as privileged
		with data.inventory as inventory(versioned("enforce", "baseline", "v1.30"))
	finding.policy == "baseline:v1.30"
	pod_security.warned == {} with input as privileged
		with data.inventory as inventory(versioned("enforce", "baseline", "v1.30"))
}

test_warned_by_labels if {
	every mode in ["audit", "warn"] {
		finding := pod_security.warned.privileged.finding with input as privileged
			with data.inventory as inventory(label(mode, "baseline"))
		finding.mode == mode
		startswith(finding.msg, `Pod shop/web would violate PodSecurity "baseline:latest": privileged (`)
		pod_security.enforced == {} with input as privileged
			with data.inventory as inventory(label(mode, "baseline"))
	}
}

test_nothing_twice if {
	labels := object.union(label("enforce", "baseline"), object.union(label("audit", "restricted"), label("warn", "restricted")))
	warned := pod_security.warned with input as privileged with data.inventory as inventory(labels)
	not warned.privileged
	warned.runAsNonRoot.finding.mode == "warn"
	audited := pod_security.warned with input as privileged
		with data.inventory as inventory(object.union(labels, label("warn", "baseline")))
	audited.runAsNonRoot.finding.mode == "audit"
}

test_what_a_stricter_check_says_again_is_left_out if {
	labels := object.union(label("enforce", "baseline"), label("warn", "restricted"))
	warned := pod_security.warned with input as fixtures.secured({"procMount": "Unmasked"})
		with data.inventory as inventory(labels)
	not warned.procMount_restricted
}

test_bad_labels_count_as_in_kubernetes if {
	every level in ["strict", "", null, 7] {
		finding := pod_security.enforced.runAsNonRoot.finding with input as privileged
			with data.inventory as inventory(label("enforce", level))
		finding.policy == "restricted:latest"
		every mode in ["audit", "warn"] {
			pod_security.warned == {} with input as privileged with data.inventory as inventory(label(mode, level))
		}
	}
	finding := pod_security.enforced.privileged.finding with input as privileged
		with data.inventory as inventory(versioned("enforce", "baseline", "1.30"))
	finding.policy == "baseline:latest"
}

test_nothing_without_labels if {
	every labels in [{}, null, "text", {"app": "web"}, label("enforce", "privileged")] {
		pod_security.enforced == {} with input as privileged with data.inventory as inventory(labels)
		pod_security.warned == {} with input as privileged with data.inventory as inventory(labels)
	}
	pod_security.enforced == {} with input as privileged
	pod_security.enforced == {} with input as privileged with data.inventory as {"cluster": {}}
}

test_without_a_namespace_it_is_default if {
	every metadata in [{}, null, {"namespace": null}, {"namespace": ""}, {"namespace": 7}] {
		pod_security.namespace == "default" with input as {"metadata": metadata}
	}
	pod_security.namespace == "default" with input as {}
}

test_exempt_namespaces if {
	pod_security.enforced == {} with input as privileged
		with data.kpol.pod_security as fixtures.restricted
		with data.kpol.parameters as {"pod-security/namespace-labels": {"exempt_namespaces": ["shop"]}}
	count(pod_security.enforced) > 0 with input as privileged
		with data.kpol.pod_security as fixtures.restricted
		with data.kpol.parameters as {"pod-security/namespace-labels": {"exempt_namespaces": ["other"]}}
}

test_exempt_runtime_classes if {
	document := fixtures.pod_with({"runtimeClassName": "kata"}, {"name": "app", "securityContext": {"privileged": true}})
	parameters := {"pod-security/namespace-labels": {"exempt_runtime_classes": ["kata"]}}
	pod_security.enforced == {} with input as document
		with data.kpol.pod_security as fixtures.restricted
		with data.kpol.parameters as parameters
	count(pod_security.enforced) > 0 with input as privileged
		with data.kpol.pod_security as fixtures.restricted
		with data.kpol.parameters as parameters
}

test_templates if {
	every document in [
		{"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": privileged}},
		{"kind": "CronJob", "metadata": {"name": "web"}, "spec": {"jobTemplate": {"spec": {"template": privileged}}}},
	] {
		pod_security.enforced.privileged with input as document with data.kpol.pod_security as fixtures.baseline
	}
}

test_other_documents if {
	every document in [{}, [], "text", null, {"kind": "Service", "spec": {}}, {"kind": "Pod"}] {
		pod_security.enforced == {} with input as document with data.kpol.pod_security as fixtures.restricted
	}
}

test_patches if {
	patch := fixtures.pod({"name": "app", "image": null, "securityContext": {"privileged": true}})
	pod_security.enforced.privileged with input as patch
		with data.inventory as inventory(label("enforce", "restricted"))
	every check in ["allowPrivilegeEscalation", "capabilities_restricted", "runAsNonRoot", "seccompProfile_restricted"] {
		not pod_security.enforced[check] with input as patch
			with data.inventory as inventory(label("enforce", "restricted"))
		pod_security.enforced[check] with input as patch with data.kpol.pod_security as fixtures.restricted
	}
}
