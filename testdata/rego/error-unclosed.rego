package cases.error_unclosed

allow if {
	count([1, 2) == 2
}
