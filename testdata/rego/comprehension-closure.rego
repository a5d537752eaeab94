package cases.comprehension_closure

# The variable of the outer body is seen by the inner one.
mounts[name] contains path if {
	some container in input.containers
	name := container.name
	paths := [mount.path | some mount in container.mounts; mount.writable]
	some path in paths
}
