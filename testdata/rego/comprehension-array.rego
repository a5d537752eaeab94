package cases.comprehension_array

names := [container.name | some container in input.containers]

pairs := [[x, y] | some x in [1, 2]; some y in ["a", "b"]]

nothing := [x | some x in input.absent]

nested := [[y | some y in x; y > 1] | some x in [[1, 2], [3], []]]
