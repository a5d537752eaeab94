package cases.v0_chained_bodies

match {
	input.a == 1
} {
	input.b == 2
}
