package cases.some_in

over_array contains x if some x in input.array

over_set contains x if some x in {1, 2}

over_object contains [k, v] if some k, v in input.object

indices contains i if some i, "b" in input.array

# A pattern in place of a variable.
named contains name if some {"name": name, "port": 80} in input.services
