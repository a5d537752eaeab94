package cases.else_function

port(service) := service.nodePort if {
	service.type == "NodePort"
} else := service.port if {
	service.port
} else := 80

ports := [port(service) | some service in input.services]
