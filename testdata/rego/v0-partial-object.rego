package cases.v0_partial_object

names[i] = name {
	name := input.names[i]
}
