package a

import future.keywords

p contains x if some x in input
q if not { a or b }
