package a

pi := 3.14159
names := ["a", "b"]
empty := {}
none := set()
nothing := null
minus := -1
small := 1.5e-3
f("x")
f("y") := 2
g() := 1
obj.a.b := true
obj["c d"] := false
