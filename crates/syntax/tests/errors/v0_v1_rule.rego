package a

deny contains msg if {
	some x in input.xs
	msg := x
}
