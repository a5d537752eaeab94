package c

cases := [{"note": "one", "x": 1}, {"note": "two", "x": 2}]

# The key is computed at the end, but noted as soon as its variables are known.
test_early[sprintf("%s!", [tc.note])] if {
	some tc in cases
	tc.x > 5
}

test_iterates[cases[i].note] if {
	cases[i].x == 1
}

test_walked[name] if {
	x := 3
	x == 4
	some name in ["never"]
}

test_with_data[name] if {
	some name, v in data.numbers
	v > 1
}

test_nested[a][b] if {
	some a, bs in {"g": ["x", "y"], "h": ["x"]}
	some b in bs
	b == "x"
}

not_a_test[x] if some x in ["a"]

nested.test_group[x].leaf if {
	some x in ["a", "b"]
	x == "a"
}
test_no_bool[x] := x if some x in ["s"]

test_stops if {
	x := 1 / 0
	x == 1
}
