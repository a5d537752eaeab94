package cases.v0_partial_set

deny[msg] {
	port := input.ports[_]
	port < 1024
	msg := sprintf("port %d", [port])
}

deny["no name"] {
	not input.name
}
