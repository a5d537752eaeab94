package cases.hoisting

# What does not depend on the loop's variable.
over contains name if {
	some name, size in input.sizes
	size > input.limits.size
	count(input.sizes) > 1
}
