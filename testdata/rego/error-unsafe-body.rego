package cases.error_unsafe_body

bad if {
	x > 1
	input.y
}
