package kubernetes.api.removed_version_test

import data.kubernetes.api.removed_version

object(version, kind) := {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}}

test_a_removed_version_is_denied if {
	removed_version.deny == {"Deployment web: `extensions/v1beta1` is gone since Kubernetes 1.16: use `apps/v1`"} with input as object("extensions/v1beta1", "Deployment")
	removed_version.deny == {"Ingress web: `extensions/v1beta1` is gone since Kubernetes 1.22: use `networking.k8s.io/v1`"} with input as object("extensions/v1beta1", "Ingress")
	removed_version.deny == {"PodSecurityPolicy web: `policy/v1beta1` is gone since Kubernetes 1.25: use Pod Security Standards, by labels of the namespace"} with input as object("policy/v1beta1", "PodSecurityPolicy")
}

test_every_entry_is_found_once if {
	every version, entries in removed_version.removals {
		every entry in entries {
			every kind in entry.kinds {
				count(removed_version.deny) == 1 with input as object(version, kind)
			}
		}
	}
}

test_others_pass if {
	every document in [
		object("apps/v1", "Deployment"),
		object("extensions/v1beta1", "Widget"),
		object("apps/v1beta1", "DaemonSet"),
		object("example.com/v1beta1", "CronJob"),
		object(null, "Deployment"),
		object("apps/v1beta1", null),
		{"kind": "Deployment"},
		{"apiVersion": "apps/v1beta1"},
		{},
	] {
		removed_version.deny == set() with input as document
	}
}
