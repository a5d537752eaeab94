package cases.iteration_references

# Variables in references enumerate.
names contains input.servers[_].name

ports[server.name] contains port if {
	server := input.servers[_]
	port := server.ports[_]
}

paths contains [i, j] if input.servers[i].ports[j] == 443
