package a

x1 := input
x2 := data.a.b[_].c["d e"][1][x]
x3 := input["a"].b[input.c[0]]
x4 := f(x).y[0].z
x5 := [1, 2][0]
x6 := {"a": 1}.a
x7 := {x | x := 1}[y]
x8 := io.jwt.decode(x)[1].sub
x9 := data.lib["my-lib"].f(1)
x10 := (a | b)[x]
