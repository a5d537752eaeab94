# METADATA
# title: Ingresses speak TLS for their hosts
# description: >-
#   Without an entry in `tls` for a host, everything that is sent to it can be read and changed on its way. An
#   entry without hosts is for all of them. Annotations that name a certificate count.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
#   description: Ingress, "TLS"
# custom:
#   id: network/ingress-tls
#   severity: medium
#   remediation: >-
#     Add the host to `tls`, with a secret that holds its certificate.
#   frameworks:
#     nsa: ["Network: encryption"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
#     mitre: ["T1557"]
package kubernetes.network.ingress_tls

import data.kubernetes.lib.document
import data.kubernetes.lib.network

warn contains msg if {
	network.ingress
	not elsewhere
	some rule in input.spec.rules
	host := rule.host
	is_string(host)
	not covered(host)
	msg := sprintf("%s: no TLS for the host `%s`", [document.subject, host])
}

warn contains msg if {
	network.ingress
	not elsewhere
	some rule in input.spec.rules
	is_object(rule)
	document.unset(rule, ["host"])
	network.none(input.spec, "tls")
	msg := sprintf("%s: no TLS", [document.subject])
}

# Load balancers of clouds, and proxies that pass TLS through, say so in an annotation.
elsewhere if {
	some annotation, value in input.metadata.annotations
	is_string(annotation)
	regex.match(`^alb\.ingress\.kubernetes\.io/certificate-arn$|managed-certificates$|pre-shared-cert$|ssl-passthrough$|router\.tls$|ssl-cert`, annotation)
	not value in {"", "false"}
}

covered(_) if {
	some entry in input.spec.tls
	is_object(entry)
	network.none(entry, "hosts")
}

covered(host) if {
	some entry in input.spec.tls
	host in entry.hosts
}

# A wildcard is for one name in front of the rest.
covered(host) if {
	some entry in input.spec.tls
	some pattern in entry.hosts
	is_string(pattern)
	startswith(pattern, "*.")
	trim_prefix(pattern, "*") == concat("", [".", concat(".", array.slice(split(host, "."), 1, 64))])
}
