package a

p[x] = y {
	some i, j
	not q[i]
	x := input[i][j]
	y := {z | z := x[_]}
	not {1} == {2}
}
