# What is known before there is an input.
package cases.folding

limits := {"cpu": 2, "memory": 512}

names := ["a", "b"]

never if limits.cpu > 3

always if {
	count(names) == 2
	upper(names[0]) == "A"
}

scaled := limits.memory * 2

picked := [n | some n in names; not n == "b"]

absent if names[count(names)]

pair := [limits.cpu, input.size]

size := "small" if {
	limits.cpu < 2
} else := "large" if {
	input.size > limits.memory
} else := "other"

level(_) := 3

level_of_input := level(input.size)
