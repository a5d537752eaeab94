package cases.partial_set

deny contains sprintf("port %d is privileged", [port]) if {
	some port in input.ports
	port < 1024
}

deny contains "no ports" if count(input.ports) == 0

# An undefined source gives an empty set.
none contains x if some x in input.absent
