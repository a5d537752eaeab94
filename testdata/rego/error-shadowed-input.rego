package cases.error_shadowed_input

bad if {
	input := 1
	input == 1
}
