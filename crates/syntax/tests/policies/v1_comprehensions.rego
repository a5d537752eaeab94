package a

p1 := [x | some x in input]
p2 := {x | x := input[_]; x > 1}
p3 := {k: v | some k, v in input; not v == 1}
p4 := [[y | y := x[_]] | x := input[_]]
p5 := {x |
	some x in input
	x.a
	# a comment
	x.b == 1
}
p6 := {f(x): [y | y := x] | x := 1}
p7 := {a+1: b | a := 1; b := 2}
p8 := [a | b, c]
p9 := {1 + 2 | 3}
p10 := [-x | x := 1]
p11 := count([1 | true])
