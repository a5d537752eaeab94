package cases.with_function

price(item) := 10 if item == "tea"

fixed(_) := 99

total := price("tea") + 1

by_value := value if value := total with price as 5

by_function := value if value := total with price as fixed

builtin := value if value := count([1, 2, 3]) with count as 7

builtin_by_function := value if value := upper("abc") with upper as fixed
