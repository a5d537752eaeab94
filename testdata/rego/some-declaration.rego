package cases.some_declaration

i := "shadowed"

found contains i if {
	some i
	input.values[i] == "x"
}

pairs contains [a, b] if {
	some a, b
	input.values[a] == input.values[b]
	a < b
}
