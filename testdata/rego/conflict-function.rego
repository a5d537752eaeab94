package cases.conflict_function

f(x) := 1 if x > 0

f(x) := 2 if x > 1

value := f(5)
