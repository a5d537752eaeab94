# METADATA
# title: ConfigMaps hold no credentials
# description: >-
#   A ConfigMap is meant to be read by anyone: it has none of the care that Kubernetes takes of Secrets, no
#   encryption where that is set up, and roles that may read it are everywhere.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/configmap/
#   description: ConfigMaps
# custom:
#   id: secrets/literal-in-config-map
#   severity: high
#   remediation: >-
#     Replace the credential, since it is known by now, and keep the new one in a Secret that is not in the
#     repository.
#   frameworks:
#     cis: ["5.4.1"]
#     nsa: ["Network: secrets"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
#     mitre: ["T1552.001", "T1552.007"]
package kubernetes.secrets.literal_in_config_map

import data.kubernetes.lib.credential
import data.kubernetes.lib.document

deny contains msg if {
	input.kind == "ConfigMap"
	some key, value in input.data
	what := held(key, value)
	msg := sprintf("%s: the key `%s` holds %s", [document.subject, key, what])
}

held(_, value) := credential.form(value)

held(key, value) := what if {
	not credential.form(value)
	is_string(value)
	not contains(value, "\n")
	what := credential.named(key, value)
}

held(_, value) := what if {
	not credential.form(value)
	what := credential.inside(value)
}
