package rules

default p := 1
default f(_, x) = [1]
p := 2 if true else := 3 if { false } else = 4
g(_, a) := 1 if a else := 2 if { _ } else := 3
h(_) if { true } { false; _ }
a.b := 1
a.b.c = 2
a[x] := 1 if x := 1
a["y"] if true
a[input.x] if true
a[f(1)] if true
a[1] = 2 if true
a.b(x) := 1 if x
a.b.c(x) := 1
a.f(x) if x
e() := 1
s contains x if some x in input
s.t contains 1
s[x] contains y if x = y
