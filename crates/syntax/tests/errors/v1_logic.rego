package a

import rego.v2

q if { a with input as 1 and b }
r if { {a} }
s if { { a; b } }
t if ({a})
p if a and
