package cases.destructuring

parts := {"repository": repository, "tag": tag} if {
	[repository, tag] := split(input.image, ":")
}

deep := port if {
	{"spec": {"ports": [{"port": port}]}} := input.service
}

three if [_, _, _] := split(input.image, ":")
