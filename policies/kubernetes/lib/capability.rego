# METADATA
# title: Linux capabilities
# description: Which capabilities are as good as the node.
package kubernetes.lib.capability

# Capabilities that let a container out of its isolation or into its neighbours' traffic.
names := {
	"ALL",
	"BPF",
	"DAC_READ_SEARCH",
	"MAC_ADMIN",
	"MAC_OVERRIDE",
	"NET_ADMIN",
	"NET_RAW",
	"PERFMON",
	"SYSLOG",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_MODULE",
	"SYS_PTRACE",
	"SYS_RAWIO",
	"SYS_TIME",
}

dangerous(name) if {
	is_string(name)
	plain(name) in names
}

# plain(name) is the name in the form that the container runtime compares: upper case, and without the
# `CAP_` that manifests should not write.
plain(name) := trim_prefix(upper(name), "CAP_")
