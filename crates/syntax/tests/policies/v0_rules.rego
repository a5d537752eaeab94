package a

import data.lib as l

default allow = false

allow { input.a }

deny[msg] {
	msg := "no"
}

labels[k] = v {
	v := input.labels[k]
}

obj.x { true }

f(x) = y { y := x }
f(x) = 1 { x == 2 } else = 3 { x == 4 }
f(x) { x }

set["fact"]
map["k"] = "v"
single = 1
