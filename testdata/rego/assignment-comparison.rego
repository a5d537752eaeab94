package cases.assignment_comparison

x := 1

same if x == 1.0

order := [1 < 2, "a" < "b", null < false, [1] < [1, 0], {"a": 1} < {"a": 2}, 2 >= 2, 2 != 2]

kinds := sort([{1}, {"a": 1}, [1], "1", 1, true, false, null])
