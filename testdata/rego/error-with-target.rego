package cases.error_with_target

bad if {
	x := 1
	true with x as 2
}
