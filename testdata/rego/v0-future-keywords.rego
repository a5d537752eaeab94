package cases.v0_future_keywords

import future.keywords.contains
import future.keywords.every
import future.keywords.if
import future.keywords.in

names contains name if some name in input.names

short if every name in input.names { count(name) < 5 }

old[name] { name := input.names[_] }
