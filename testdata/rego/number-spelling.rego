package cases.number_spelling

literals := [1.10, 1e2, 100, 0.5]

# Equal numbers are one member whatever their spelling.
members := count({x | some x in [1, 1.0, 1e0]})

computed := 1.10 + 1

echo := input.value
