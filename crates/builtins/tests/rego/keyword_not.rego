package l

import future.keywords.not
import future.keywords.or

p if not x.y with input as 1
p if { x or y with input as 1 }
