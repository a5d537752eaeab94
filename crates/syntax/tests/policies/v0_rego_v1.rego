package a

import rego.v1

p contains x if some x in input
q[x] := 1 if x in input
