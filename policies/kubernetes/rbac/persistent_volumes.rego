# METADATA
# title: Roles do not create PersistentVolumes
# description: >-
#   A PersistentVolume can be a path of the node (`hostPath`), which no Pod Security Standard keeps a pod from
#   claiming: whoever creates one reads and writes the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation
#   description: Role Based Access Control good practices, "Persistent volume creation"
# custom:
#   id: rbac/persistent-volumes
#   severity: medium
#   remediation: Leave it to the provisioner of the storage; people and programs ask for volumes by PersistentVolumeClaims.
#   frameworks:
#     cis: ["5.1.9"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1611"]
package kubernetes.rbac.persistent_volumes

import data.kubernetes.lib.rbac

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "persistentvolumes"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "patch", "update"})
	msg := rbac.finding(i, "makes volumes of any path of a node", verbs, resource)
}
