package a

p := 1 if {
	input.a
} else := 2 if {
	input.b
} else = 3 if input.c
else if {
	input.d
}
else := 5
