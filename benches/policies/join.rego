package main

deny contains msg if {
	some route in input.routes
	some service in input.services
	route.backend == service.name
	route.port != service.port
	msg := sprintf("route `%s` calls port %d of `%s`, which listens on %d", [
		route.name,
		route.port,
		service.name,
		service.port,
	])
}
