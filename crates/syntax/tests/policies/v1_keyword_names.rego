package a.if.contains

import data.not.x as y

p if {
	input.if == 1
	input.not.some.every == data.with.as.in
	not.x == 1
	some.x
	not input.not
	contains("abc", "b")
	x := input.contains
}

if.x := 1
contains.y := 2
else["a"] := 3
in.z contains 1
default.v := 4
default default.w := 5
