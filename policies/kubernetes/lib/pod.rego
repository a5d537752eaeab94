# METADATA
# title: A pod as the Pod Security Standards see it
# description: >-
#   What the checks of the Pod Security Standards share: the pod of any workload with its containers in
#   the order in which messages name them, with what the API server would fill in where that matters,
#   and the words of messages. Nothing here fails on fields that are absent, null or of a wrong type.
#
#   A place is an object or array of the input with one of its keys: where a finding points.
package kubernetes.lib.pod

import data.kubernetes.lib.workload

# The pod of the input document; undefined for a document without one.
subject := view(workload.template)

# view(pod) is what checks look at, of an object with `metadata` and `spec`.
view(pod) := {
	"annotations": object_in(object_in(pod, "metadata"), "annotations"),
	"spec": spec,
	"place": {"object": pod, "key": "spec"},
	"security": object_in(spec, "securityContext"),
	"containers": containers(spec),
	"volumes": [volume |
		is_array(spec.volumes)
		some index, item in spec.volumes
		volume := {"at": {"object": spec.volumes, "key": index}, "value": or_empty(item)}
	],
} if {
	spec := pod.spec
	is_object(spec)
}

# containers(spec) are all containers, in the order of messages.
containers(spec) := [container |
	some field in ["initContainers", "containers", "ephemeralContainers"]
	list := spec[field]
	is_array(list)
	some index, item in list
	value := or_empty(item)
	container := {
		"at": {"object": list, "key": index},
		"name": text_in(value, "name"),
		"value": value,
		"security": object_in(value, "securityContext"),
	}
]

# Windows pods are let off where Linux security settings do not exist.
windows(pod) if pod.spec.os.name == "windows"

# The pod's users are not those of its node.
user_namespace(pod) if pod.spec.hostUsers == false

# What is wrong with a pod, in the shape of all checks: the first place of some is where the finding points.
failure(reason, detail, places) := {"reason": reason, "detail": detail, "at": places[0]}

# object_in(owner, key) is the object there, or an empty one.
default object_in(_, _) := {}

object_in(owner, key) := owner[key] if is_object(owner[key])

# set_in(owner, key) holds where something is there: Kubernetes reads null as absent.
set_in(owner, key) if {
	is_object(owner)
	object.get(owner, key, null) != null
}

# text_in(owner, key) is the text there, `` without one.
default text_in(_, _) := ""

text_in(owner, key) := text(owner[key])

# text(value) is a value as it stands in messages.
text(value) := value if {
	is_string(value)
} else := "" if {
	is_null(value)
} else := json.marshal(value)

or_empty(value) := value if is_object(value)

or_empty(value) := {} if not is_object(value)

# at(owner, path, otherwise) is the place of the deepest field of a path that is there.
at(owner, path, otherwise) := places[count(places) - 1] if {
	places := array.concat([otherwise], [place |
		some length in numbers.range(0, count(path) - 1)
		holder := object.get(or_empty(owner), array.slice(path, 0, length), null)
		is_object(holder)
		key := path[length]
		key in object.keys(holder)
		place := {"object": holder, "key": key}
	])
}

# names(containers) is `container "a"` or `containers "a", "b"`.
names(containers) := sprintf("%s %s", [
	plural("container", containers),
	quoted([container.name | some container in containers]),
])

# quoted(texts) are texts in quotes, those of a set in order.
quoted(texts) := sprintf("\"%s\"", [concat("\", \"", texts)])

# plural(word, things) is the word, with an s unless there is one thing.
plural(word, things) := word if count(things) == 1

plural(word, things) := sprintf("%ss", [word]) if count(things) != 1

# uses(things) is the verb.
uses(things) := "uses" if count(things) == 1

uses(things) := "use" if count(things) != 1

# setters(pod, containers) says who sets something: `pod`, the containers, or both.
setters(pod, containers) := concat(" and ", array.concat(
	["pod" | count(pod) > 0],
	[names(containers) | count(containers) > 0],
))

# places(pod, containers) are the places of the same.
places(pod, containers) := array.concat(pod, [container.bad | some container in containers])
