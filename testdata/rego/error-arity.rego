package cases.error_arity

length := count([1, 2], 3)
