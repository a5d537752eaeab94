package a

default allow := false
default level = "none"
default f(_, x) := {"a": [1, {2}]}
default n := -1
