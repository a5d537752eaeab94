package a

import rego.v2

p if not { a or b } and not (c or d)
q if every x in xs { x or not x }
r if not (a or b) with input as 1
