package a

import future.keywords.and
import future.keywords.or

p1 if a and b
p2 if a or b and c or d
p3 if not a or not b
p4 if (a or b) and c
p5 if ((a or b))
p6 if { x := 1; x > 0 } and { y := 2; y > 1 }
p7 if {
	{ a } or b
	x := 1 and y := 2
	a or b with input as 1
	(a or b with input as 1) with input as 2
	(a == b) and (c)
	{ { a } and { b } } or c
	a and
		b
	a
		or b
}
p8 := [x | x := 1 or x := 2]
p9 if (a with input as 1) and b
p11 if and(x, y) == or(x, y)
p10 if (not a)
