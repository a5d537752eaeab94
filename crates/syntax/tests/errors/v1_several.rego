package a

p if {
	x := 
}

q := [1, 2

r if true

s := {"a": 1 "b": 2}

t if x ==
