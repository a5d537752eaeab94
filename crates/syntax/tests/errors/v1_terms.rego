package a

p := "a".b
q := 1[0]
r := -"x"
s := [1 2]
t := {"a": }
u := {1: 2, 3}
v := f(,)
w := a.
x := a.1
y := a[
z := $"{}"
aa := $"{x"
