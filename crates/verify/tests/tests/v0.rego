package b

test_chain { false } { true } { input.undefined }

test_neg[x] = y { x := ["a", "b"][_]; y := x == "a" }

test_set[x] { x := 1 }

test_zero() { true }

test_after { data.b.test_chain2; not data.b.test_chain }

test_chain2 { true } else = false { true }
