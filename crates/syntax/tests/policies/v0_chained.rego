package a

p { a } { b }
q[x] { x := 1 } { x := 2 }
f(x) = y {
	y := x
} {
	y := x + 1
}
