package a

import future.keywords.in
import future.keywords.every
import future.keywords.if
import future.keywords.contains

p contains x if some x in input
q { every x in input { x } }
r[x] if x := input[_]
s[x] { x in input }
