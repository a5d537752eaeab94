package cases.partial_object

labels[key] := value if {
	some key, value in input.labels
	startswith(key, "app.")
}

labels["managed-by"] := "kpol"

# Any value may be a key.
by_port[service.port] := service.name if some service in input.services
