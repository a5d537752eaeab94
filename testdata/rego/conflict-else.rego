# The branch that gave the other value is the one at fault.
package conflict_else

p := 1

p := 1 if {
	false
} else := 2
