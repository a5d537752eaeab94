package cases.print_call

answer := x if {
	x := 42
	print("the answer is", x, input.absent)
}
