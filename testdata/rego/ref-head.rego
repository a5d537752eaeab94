package cases.ref_head

config.server.port := 8080

config.server.host := "localhost" if not input.host

config.limits[name].cpu := cpu if some name, cpu in input.cpu

fruit.apple.seeds := 12

tags[kind][name] contains tag if {
	some kind, objects in input.objects
	some name, tags in objects
	some tag in tags
}
