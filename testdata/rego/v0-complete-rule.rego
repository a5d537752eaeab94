package cases.v0_complete_rule

default allow = false

allow {
	input.user == "alice"
}

allow = true {
	input.admin
}

limit = 3

level = "high" { input.score > 90 } else = "low" { true }
