package cases.v0_else_function

size(n) = "small" {
	n < 3
} else = "large" {
	n > 9
}

sizes = [s | n := [1, 5, 10][_]; s := size(n)]
