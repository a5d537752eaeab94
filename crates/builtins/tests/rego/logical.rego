package l

import rego.v2

p if a or b or c and d
p if { not { a; b } or (c or d) and e with input as 1 }
p if { { a; b } and not c; not d; not (e with input as 2) }
p if { {a | b} == c; { a } or { b := 1; b } }
p if not (a or b)
