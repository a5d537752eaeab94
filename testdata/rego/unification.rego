package cases.unification

both_ways := [x, y] if {
	[x, 2] = [1, y]
}

nested := found if {
	{"metadata": {"name": found}, "kind": "Pod"} = input
}

mismatch if [1, 2] = [1, 3]

same_variable if {
	[a, a] = [7, 7]
	a == 7
}

from_input if [_, _] = input.pair
