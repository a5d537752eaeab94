package a

p if {
	x = 1 y = 2
	some
}
q if { some x in }
r if every x { x }
s if with input as 1
t if x with y
v if { a [0] }
w if f (x)
x if a, b
y if { (x := 1) }
z if {
	a and b
}
u if not
