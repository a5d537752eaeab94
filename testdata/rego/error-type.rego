package cases.error_type

nonsense if startswith("abc", 1)
