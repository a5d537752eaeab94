package cases.early_exit

# The first match decides; the value is the same whichever it is.
found if {
	some x in input.values
	x > 1
}

label := "big" if {
	some x in input.values
	x > 1
}
