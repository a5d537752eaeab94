# Functions that are called again with what they have been called with.
package cases.repeated_calls

digits(text) := {c | some c in split(text, ""); c in {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}}

odd(text) if {
	some d in digits(text)
	to_number(d) % 2 == 1
}

pairs contains [a, b] if {
	some a in input.words
	some b in input.words
	odd(a)
	not odd(b)
	digits(a) != digits(b)
}

replaced := [x, y, z] if {
	x := size("ab1")
	y := size("ab1") with input.words as ["a"]
	z := size("ab1")
}

size(text) := count([w | some w in input.words; w != text])
