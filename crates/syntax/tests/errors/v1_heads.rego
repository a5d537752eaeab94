package a

p
q[x]
if := 1
contains if true
default r
default s := x
default t := input.a
default u(x, x) := 1
default v(1) := 1
f(x) contains y if true
w if { true } else := 1 { false }
g(x).y := 1
h contains x if { x := 1 } else := 2
k[x] := 1 if { x := 1 } else := 2
