package cases.v0_some_and_nested

pairs[[i, j]] {
	some i, j
	input.matrix[i][j] == 1
}

rows = {i: row | row := input.matrix[i]}
