# METADATA
# title: Manifests hold no Secrets with data
# description: >-
#   The data of a Secret is encoded, not encrypted: whoever reads the manifest has it. A Secret belongs into a
#   store for secrets, or into the repository in encrypted form. Credentials that one can tell are failures, other
#   data of one line is a warning. Objects that were read from a cluster (they have a `uid`) are left alone, and so
#   are values that SOPS has encrypted, and placeholders.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#   description: Good practices for Kubernetes Secrets
# custom:
#   id: secrets/manifest
#   severity: medium
#   remediation: >-
#     Replace the credential, since it is known by now. Make the Secret from a store (External Secrets, a CSI
#     driver), or commit it encrypted (Sealed Secrets, SOPS).
#   frameworks:
#     cis: ["5.4.2"]
#     nsa: ["Network: secrets"]
#     owasp: ["K08"]
#     owasp-2025: ["K03"]
#     mitre: ["T1552.001"]
package kubernetes.secrets.manifest

import data.kubernetes.lib.credential
import data.kubernetes.lib.document

deny contains msg if {
	committed
	some key, value in input.stringData
	what := recognized(key, value)
	msg := sprintf("%s: the key `%s` holds %s", [document.subject, key, what])
}

deny contains msg if {
	committed
	some key, encoded in input.data
	what := recognized(key, decoded(encoded))
	msg := sprintf("%s: the key `%s` holds %s", [document.subject, key, what])
}

warn contains msg if {
	committed
	count(deny) == 0
	some value in values
	credential.literal(value)
	not contains(value, "\n")
	msg := sprintf("%s: its data is in the manifest, for anyone to read", [document.subject])
}

committed if {
	input.kind == "Secret"
	document.unset(input, ["metadata", "uid"])
	document.unset(input, ["sops"])
}

values contains value if some value in input.stringData

values contains value if {
	some encoded in input.data
	value := decoded(encoded)
}

decoded(encoded) := base64.decode(encoded) if {
	is_string(encoded)
	base64.is_valid(encoded)
}

recognized(_, value) := credential.form(value)

recognized(key, value) := "credentials of a registry" if {
	not credential.form(value)
	key in {".dockerconfigjson", ".dockercfg"}
	is_string(value)
	not credential.inside(value)
	regex.match(`"(auth|password|identitytoken)"\s*:\s*"[^"<>{}$]{4,}"`, value)
}

recognized(key, value) := what if {
	not credential.form(value)
	is_string(value)
	not contains(value, "\n")
	what := credential.named(key, value)
}

recognized(_, value) := what if {
	not credential.form(value)
	what := credential.inside(value)
}
