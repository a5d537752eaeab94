package a

f(x) := x + 1
f([x, _]) := x if x > 1
g(x, {"a": y}) if {
	x == y
}
h(x) := "big" if x > 10
else := "medium" if x > 5
else := "small"
is_empty(x) if count(x) == 0
