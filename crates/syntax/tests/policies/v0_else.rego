package a

p = 1 { a } else = 2 { b } else = 3
q { a } else { b }
else = x {
	x := 1
}
