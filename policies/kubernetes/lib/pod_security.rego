# METADATA
# title: The Pod Security Standards
# description: >-
#   Which standard applies to the pod of the input document, and what of it the pod does not keep. The
#   checks themselves are the packages below `kubernetes.pod_security`, one each, with the names of the
#   reference implementation (`k8s.io/pod-security-admission`) and its words in messages.
package kubernetes.lib.pod_security

import data.kubernetes.lib.document
import data.kubernetes.lib.pod
import data.kubernetes.lib.workload
import data.kubernetes.pod_security.allow_privilege_escalation
import data.kubernetes.pod_security.app_armor_profile
import data.kubernetes.pod_security.capabilities_baseline
import data.kubernetes.pod_security.capabilities_restricted
import data.kubernetes.pod_security.host_namespaces
import data.kubernetes.pod_security.host_path_volumes
import data.kubernetes.pod_security.host_ports
import data.kubernetes.pod_security.host_probes
import data.kubernetes.pod_security.namespace_labels
import data.kubernetes.pod_security.privileged
import data.kubernetes.pod_security.proc_mount
import data.kubernetes.pod_security.restricted_volumes
import data.kubernetes.pod_security.run_as_non_root
import data.kubernetes.pod_security.run_as_user
import data.kubernetes.pod_security.se_linux_options
import data.kubernetes.pod_security.seccomp_profile_baseline
import data.kubernetes.pod_security.seccomp_profile_restricted
import data.kubernetes.pod_security.sysctls
import data.kubernetes.pod_security.windows_host_process

levels := {"privileged", "baseline", "restricted"}

# The newest minor version whose standards are known here. As in Kubernetes, those of later versions
# are the same until a newer kpol says otherwise.
newest := 37

# The checks, with the minor version that each begins with.
since := {
	"baseline": {
		"appArmorProfile": 0,
		"capabilities_baseline": 0,
		"hostNamespaces": 0,
		"hostPathVolumes": 0,
		"hostPorts": 0,
		"hostProbesAndHostLifecycle": 34,
		"privileged": 0,
		"procMount": 0,
		"seLinuxOptions": 0,
		"seccompProfile_baseline": 0,
		"sysctls": 0,
		"windowsHostProcess": 0,
	},
	"restricted": {
		"allowPrivilegeEscalation": 8,
		"capabilities_restricted": 22,
		"procMount_restricted": 35,
		"restrictedVolumes": 0,
		"runAsNonRoot": 0,
		"runAsUser": 23,
		"seccompProfile_restricted": 19,
	},
}

# Checks of `baseline` that a stricter one takes the place of at `restricted`.
overrides := {
	"capabilities_baseline": "capabilities_restricted",
	"hostPathVolumes": "restrictedVolumes",
	"procMount": "procMount_restricted",
	"seccompProfile_baseline": "seccompProfile_restricted",
}

# minor(version) is the minor version of `latest` or `v1.N`, none above the newest; undefined for anything else.
minor("latest") := newest

minor(version) := min([written_minor(version), newest])

# newer(version) holds for versions above the newest.
newer(version) if written_minor(version) > newest

written_minor(version) := number if {
	is_string(version)
	regex.match(`^v1\.(0|[1-9][0-9]{0,18})$`, version)
	number := to_number(substring(version, 3, -1))

	# What Go's integers hold, as in the API server.
	number <= 9223372036854775807
}

# checks(level, number) are the names of the checks of a level, in a minor version.
checks("privileged", _) := set()

checks("baseline", number) := begun("baseline", number)

checks("restricted", number) := begun("restricted", number) | {check |
	some check in begun("baseline", number)
	not overridden(check, number)
}

begun(level, number) := {check |
	some check, first in since[level]
	first <= number
}

overridden(check, number) if since.restricted[overrides[check]] <= number

# evaluate(level, version, pod) is the set of what a pod does not keep of a standard. The pod is an
# object with `metadata` and `spec`: a Pod, or the template of one.
evaluate(level, version, template) := {failure |
	some found in failures(level, minor(version), pod.view(template))
	failure := {"check": found.check, "reason": found.reason, "detail": found.detail}
}

# failures(level, number, view) is the same with places.
failures(level, number, view) := {object.union(found, {"check": check}) |
	some check in checks(level, number)
	found := failing(check, number, view)
}

failing("allowPrivilegeEscalation", number, view) := allow_privilege_escalation.failure(number, view)

failing("appArmorProfile", _, view) := app_armor_profile.failure(view)

failing("capabilities_baseline", _, view) := capabilities_baseline.failure(view)

failing("capabilities_restricted", number, view) := capabilities_restricted.failure(number, view)

failing("hostNamespaces", _, view) := host_namespaces.failure(view)

failing("hostPathVolumes", _, view) := host_path_volumes.failure(view)

failing("hostPorts", _, view) := host_ports.failure(view)

failing("hostProbesAndHostLifecycle", _, view) := host_probes.failure(view)

failing("privileged", _, view) := privileged.failure(view)

failing("procMount", number, view) := proc_mount.failure(number, view)

failing("procMount_restricted", _, view) := proc_mount.unconditional(view)

failing("restrictedVolumes", _, view) := restricted_volumes.failure(view)

failing("runAsNonRoot", number, view) := run_as_non_root.failure(number, view)

failing("runAsUser", number, view) := run_as_user.failure(number, view)

failing("seLinuxOptions", number, view) := se_linux_options.failure(number, view)

failing("seccompProfile_baseline", number, view) := seccomp_profile_baseline.failure(number, view)

failing("seccompProfile_restricted", number, view) := seccomp_profile_restricted.failure(number, view)

failing("sysctls", number, view) := sysctls.failure(number, view)

failing("windowsHostProcess", _, view) := windows_host_process.failure(view)

# What `--pod-security` asks for, whatever namespaces say.
forced := data.kpol.pod_security

# The namespace of the input document. One that names none is applied to `default` unless someone says otherwise.
default namespace := "default"

namespace := value if {
	value := input.metadata.namespace
	is_string(value)
	value != ""
}

# The labels of that namespace; undefined where the run does not have it.
labels := object.get(
	data.inventory.cluster.v1.Namespace[namespace],
	["metadata", "labels"],
	{},
)

# The standard for each mode, where there is a pod: an object with `level`, `version` and `number`.
standard[mode] := with_number(forced.level, forced.version) if {
	mode := "enforce"
	workload.template
	not exempt
}

standard[mode] := with_number(chosen.level, chosen.version) if {
	not forced
	workload.template
	is_object(labels)
	not exempt
	some mode in ["enforce", "audit", "warn"]
	chosen := labelled(mode)
}

with_number(level, version) := {
	"level": level,
	"version": version,
	"number": minor(version),
} if {
	level in {"baseline", "restricted"}
}

# labelled(mode) is what the labels say for a mode. As in Kubernetes, a version that is none counts as
# `latest`, and a level that is none as `restricted` where it is enforced, else as nothing.
labelled(mode) := {"level": level, "version": version} if {
	value := labels[sprintf("pod-security.kubernetes.io/%s", [mode])]
	level := level_of(mode, value)
	version := version_of(object.get(labels, sprintf("pod-security.kubernetes.io/%s-version", [mode]), "latest"))
}

level_of(_, value) := value if value in levels

level_of("enforce", value) := "restricted" if not value in levels

version_of(value) := value if minor(value)

version_of(value) := "latest" if not minor(value)

# Whom somebody exempted, as the configuration of the admission controller can.
exempt if namespace in namespace_labels.exempt_namespaces

exempt if workload.template.spec.runtimeClassName in namespace_labels.exempt_runtime_classes

# What the API server would refuse: by the name of the check, what to report.
enforced[check] := result("enforce", found) if {
	some check, found in violated("enforce")
}

# What it would warn of or note in its audit log, and not refuse anyway.
warned[check] := result(mode, found) if {
	some mode in ["audit", "warn"]
	some check, found in violated(mode)
	not covered(mode, found)
}

# covered(mode, found) holds where the same is said already.
covered(_, found) if enforced[found.check]

covered("audit", found) if violated("warn")[found.check]

covered(_, found) if {
	some check, stricter in overrides
	stricter == found.check
	enforced[check].finding.detail == found.detail
}

violated(mode) := {found.check: found |
	number := standard[mode].number
	some found in failures(standard[mode].level, number, pod.subject)
	not patched(found.check)
}

# A container without an image cannot be applied: the document is a patch, for Kustomize say, and what it does
# not set says nothing. Whoever asks for a level on the command line gets all of it.
patched(check) if {
	check in {
		"allowPrivilegeEscalation",
		"capabilities_restricted",
		"runAsNonRoot",
		"seccompProfile_restricted",
	}
	not forced
	some container in pod.subject.containers
	not pod.set_in(container.value, "image")
}

result(mode, found) := {
	"at": found.at,
	"finding": {
		"msg": sprintf("%s %s PodSecurity %q: %s (%s)", [
			document.subject,
			verb[mode],
			policy,
			found.reason,
			found.detail,
		]),
		"check": found.check,
		"reason": found.reason,
		"detail": found.detail,
		"policy": policy,
		"mode": mode,
	},
} if {
	policy := sprintf("%s:%s", [standard[mode].level, standard[mode].version])
}

verb := {
	"enforce": "violates",
	"audit": "would violate",
	"warn": "would violate",
}
