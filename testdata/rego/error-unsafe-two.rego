package cases.error_unsafe_two

one if x > 1

two contains y if input.values
