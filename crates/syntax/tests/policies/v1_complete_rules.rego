package a

allow if input.user == "admin"

allow if {
	input.method == "GET"
	input.path = ["public", _]
}

level := "high" if input.score > 10
level = "low" if {
	input.score <= 10; input.score >= 0
}
