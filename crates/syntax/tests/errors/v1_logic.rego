package a

import rego.v2

p if a and
q if { a with input as 1 and b }
r if { {a} }
s if { { a; b } }
