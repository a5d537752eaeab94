package a

p if {
	x := 1

q if {
	y := 2
}

r := f(1
s := 2
