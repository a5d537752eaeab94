package cases.membership

in_array if 2 in [1, 2, 3]

in_set if "a" in {"a", "b"}

value_of_object if 1 in {"a": 1}

key_value if "a", 1 in {"a": 1}

index_value if 0, "x" in ["x"]

not_in if not 4 in [1, 2, 3]

as_value := [1 in [1], 2 in [1]]
