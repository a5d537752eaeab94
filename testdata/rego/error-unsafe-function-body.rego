package cases.error_unsafe_function_body

f(x) := y if x > z
