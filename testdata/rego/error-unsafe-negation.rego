package cases.error_unsafe_negation

lonely if {
	not input.values[i] == 1
}
