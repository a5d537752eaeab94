package a

p if {
	some x, y
	input.a[x] == input.b[y]
	some z in input.c
	some k, {"v": v} in input.d with input.d as {}
	every e in input.e { e > 0 }
	every i, e in [1, 2]
	{
		i < e
		every s in {"a"} { s == "a" } 
	}
}

q if every x in input { x }
r if some 1, x in input
