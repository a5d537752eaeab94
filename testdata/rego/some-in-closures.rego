package cases.some_in_closures

# What only closures mention, each of them iterates for itself.
names := [evens, odds] if {
	some i
	evens := [x | x := input.items[i]; i % 2 == 0]
	odds := [x | x := input.items[i]; i % 2 == 1]
}

# What the body itself mentions is one variable for all.
one := [i, seen] if {
	some i
	input.items[i] == "b"
	seen := [x | x := input.items[i]]
}

nested := all if {
	some i, j
	all := [x | some_in := [y | y := input.items[j]]; x := [input.items[i], count(some_in)]]
}
