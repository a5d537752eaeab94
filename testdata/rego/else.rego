package cases.else_chain

size := "small" if {
	input.replicas < 3
} else := "medium" if {
	input.replicas < 10
} else := "large"

# Without a last resort the chain has no value.
odd := "one" if {
	input.replicas == 1
} else := "three" if {
	input.replicas == 3
}
