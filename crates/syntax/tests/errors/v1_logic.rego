package a

import rego.v2

q if { a with input as 1 and b }
r if { {a} }
s if { { a; b } }
t if ({a})
u if { a | b } and c
v if { (a | b) } and not { c | d }
p if a and
