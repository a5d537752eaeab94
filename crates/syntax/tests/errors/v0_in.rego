package a

p {
	some x in input
	x in y
	every z in y { z }
}
