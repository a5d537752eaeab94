package cases.aggregates

counts := [count([1, 2]), count({"a": 1}), count({1, 2, 3}), count("häuser")]

sums := [sum([1, 2.5]), product([2, 3]), sum([])]

extremes := [max([1, 3, 2]), min({"b", "a"})]

sorted := sort(["b", "a", "c"])

nothing := max([])
