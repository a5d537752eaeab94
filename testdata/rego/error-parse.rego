package cases.error_parse

allow if {
	input.user ==
}
