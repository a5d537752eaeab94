package cases.function

double(x) := x * 2

# Clauses by pattern.
word(1) := "one"

word(2) := "two"

area({"width": w, "height": h}) := w * h

first([x, _]) := x

# A function whose value is true.
positive(x) if x > 0

results := {
	"double": double(21),
	"word": word(2),
	"area": area({"width": 3, "height": 4}),
	"first": first(["a", "b"]),
	"nested": double(double(1)),
}

unmatched := word(3)

signs := [s | some n in [-1, 0, 1]; s := signum(n)]

signum(n) := 1 if positive(n)

else := 0 if n == 0

else := -1
