package cases.error_assigned_twice

bad if {
	x := 1
	x := 2
	x > 0
}
