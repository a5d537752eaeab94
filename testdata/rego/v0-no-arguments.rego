package example

review() = {"kind": "Pod"} { true }

enabled() { input.on }

again() = x { x := review.kind }

kind = k { k := review.kind }

passed_on = count(review)

holds { enabled; review == {"kind": "Pod"} }

lookup = data.example.again

shown() = out { not input.names; out = "none" }

shown() = out { out = input.names }

called = sprintf("names: %v", [shown()])

absent() = x { x := input.absent }

negated { not absent() }
