package a

import rego.v1

test_plain if 1 == 1

test_dup if 1 == 2
test_dup if 1 == 1

test_value := 7

default test_def := false
test_def if true

test_fun(x) if x == 1

test_set contains 1

test_refs.a if true
test_refs.b if true

foo.test_ref if true
foo.bar := 1

todo_test_x if false
todo_test_x if true

test_err if {
	x := {1: 2 | y := [1, 2][_]}
	f(1) == 3
}

f(x) := 1
f(x) := 2

test_builtin if {
	print("hello", 1)
	to_number("x") == 1
	print("nie")
}

test_cases[tc.note] if {
	some tc in [{"note": "a", "x": 1}, {"note": "b", "x": 2}]
	print("case", tc.note)
	tc.x == 1
}

test_nest[a][b] := v if {
	some a in ["p", "q"]
	some b in [1, 2]
	v := b < 2
}

test_member[x] contains y if {
	some x in [1,2]
	y := 1
}

test_empty[x] if some x in []

test_else if { false } else if { true } else := 4

test_undef if input.x

test_data if data.foo.x == 1

test_const.sub[x] if { some x in ["1", "2"]; x == "2" }

test_manual[x] if {
	some x in ["k", "l"]
	internal.test_case(["m"])
	x == "k"
}
test_both[x] if { some x in ["u", "v"] ; x != "u" }
test_both[x] if { some x in ["u", "w"] ; x != "u" }
test_null := null
test_objval := {"a": false}
test_keys[x] := "s" if { some x in [1, {"a": 1}, {2}, true, null] }
test_deep[x].fix if { some x in ["a", "b"]; x == "a" }
