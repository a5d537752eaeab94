package a
p
:= 1
q if
{ true }
r contains
x
if {
	x :=
		1 +
		2
	y = [
		1
	]
	x == y; y == x
	foo(
		x,
		y
	)
	z
		with input as 1
	[a, b] = c
	{"a"} == d
	(x) == 1
	-1 == x
}
s if { a } t if { b }
