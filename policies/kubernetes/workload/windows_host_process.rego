# METADATA
# title: Windows pods are no HostProcess pods
# description: >-
#   A HostProcess container runs on the Windows node itself: it is what a privileged container is on Linux.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/
#   description: Create a Windows HostProcess pod
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "HostProcess"
# custom:
#   id: workload/windows-host-process
#   severity: critical
#   remediation: "Remove `windowsOptions.hostProcess`, or set it to `false`."
#   frameworks:
#     cis: ["5.2.11"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.windows_host_process

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	workload.pod_spec.securityContext.windowsOptions.hostProcess == true
	on_node
	msg := sprintf("%s: the pod runs on the Windows node itself", [document.subject])
}

deny contains msg if {
	some container in workload.containers
	container.securityContext.windowsOptions.hostProcess == true
	object.get(workload.pod_spec, ["securityContext", "windowsOptions", "hostProcess"], null) != true
	msg := sprintf("%s: %s runs on the Windows node itself", [
		document.subject,
		workload.container_name(container),
	])
}

# Kubernetes refuses a pod whose containers differ in this; so one of them that inherits the setting is enough.
on_node if {
	some container in workload.containers
	object.get(container, ["securityContext", "windowsOptions", "hostProcess"], null) in {null, true}
}
