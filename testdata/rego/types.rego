package cases.types

names := [type_name(x) | some x in [null, true, 1, "s", [1], {"a": 1}, {1}]]

strings contains x if {
	some x in [1, "a", ["a"]]
	is_string(x)
}

converted := [to_number("1.5"), to_number(true), to_number(null)]
