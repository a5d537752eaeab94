package cases.builtin_error

# A failed call has no value.
bad := to_number("x")

caught if not to_number("x")

divided := 1 / input.zero
