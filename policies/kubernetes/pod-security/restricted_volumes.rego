# METADATA
# title: Pods use only volumes that are no part of their node or of another server
# description: >-
#   The Pod Security Standard `restricted` lets pods use volumes of the kinds configMap, csi,
#   downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected and secret. A
#   volume with only a name is an emptyDir.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Volume Types"
# custom:
#   id: pod-security/restricted-volumes
#   severity: high
#   remediation: >-
#     Use a `persistentVolumeClaim` for storage on the node or the network, and one of the
#     other kinds for the rest.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: [K01]
#     owasp-2025: [K01]
#     mitre: [T1611]
package kubernetes.pod_security.restricted_volumes

import data.kubernetes.lib.pod
import data.kubernetes.lib.pod_security

deny contains finding if {
	violation := pod_security.enforced.restrictedVolumes
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

warn contains finding if {
	violation := pod_security.warned.restrictedVolumes
	some key, _ in violation.at.object
	key == violation.at.key
	finding := violation.finding
}

allowed := {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"image",
	"persistentVolumeClaim",
	"projected",
	"secret",
}

# The other kinds, in the order in which one of several is named.
others := [
	"hostPath",
	"gcePersistentDisk",
	"awsElasticBlockStore",
	"gitRepo",
	"nfs",
	"iscsi",
	"glusterfs",
	"rbd",
	"flexVolume",
	"cinder",
	"cephfs",
	"flocker",
	"fc",
	"azureFile",
	"vsphereVolume",
	"quobyte",
	"azureDisk",
	"photonPersistentDisk",
	"portworxVolume",
	"scaleIO",
	"storageos",
]

# failure(view) is what is wrong; undefined where nothing is.
failure(view) := pod.failure(
	"restricted volume types",
	sprintf("%s %s %s %s %s", [
		pod.plural("volume", bad),
		pod.quoted([volume.name | some volume in bad]),
		pod.uses(bad),
		pod.plural("restricted volume type", types),
		pod.quoted(sort(types)),
	]),
	pod.places([], bad),
) if {
	bad := [{"name": pod.text_in(volume.value, "name"), "type": type, "bad": place} |
		some volume in view.volumes
		sources := [source |
			some source, value in volume.value
			source != "name"
			value != null
		]

		# The API server makes an emptyDir of a volume without a source.
		count(sources) > 0
		not any_allowed(sources)
		type := type_of(sources)
		place := pod.at(volume.value, [type], volume.at)
	]
	count(bad) > 0
	types := {volume.type | some volume in bad}
}

any_allowed(sources) if {
	some source in sources
	source in allowed
}

type_of(sources) := known[0] if {
	known := [source | some source in others; source in sources]
	count(known) > 0
} else := "unknown"
