package cases.error_unsafe_head

names contains name if {
	input.name
}
