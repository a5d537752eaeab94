# METADATA
# title: statements
package foo.bar["b-c"]

import data.x as y
import input.z

# METADATA
# entrypoint: true
allow if {
	some i, j
	x := input.a[i][_]
	not x.b with input as {"a": 1.50e3} with data.x as [1]
	x.y.z == 1
	y in [1, 2]
	some k, v in {"b": 2, "a": 1}
	some _, w in k
	every q in [1] { q > 1 }
	every k, _ in data { f(_, k) }
	_ = {} # comment
	f(set())
	x.y(1).z[input]
}
