package a

import future.keywords.not

p1 if not { a; b }
p2 if {
	not {
		x := 1
		not { x == 2 }
	}
	not f(x) with input as 1
	not x == {1}
	y
}
p3 if not (a)
