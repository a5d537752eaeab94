package cases.default_function

default weight(_) := 1

weight(kind) := 5 if kind == "Secret"

weights := {kind: weight(kind) | some kind in ["Pod", "Secret"]}

# An undefined argument gives no value, default or not.
nothing := weight(input.kind)
