package cases.default_value

default allow := false

allow if input.user == "alice"

default reason := "nobody asked"

reason := "asked" if input.asked

# The default holds where a body is false or undefined, not where a rule is false by value.
default flag := true

flag := false if input.user
