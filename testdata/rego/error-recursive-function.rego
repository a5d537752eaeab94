package cases.error_recursive_function

factorial(0) := 1

factorial(n) := n * factorial(n - 1) if n > 0
