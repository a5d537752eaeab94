package cases.v0_negation_with

allow {
	not denied
}

denied {
	input.user == "mallory"
}

mocked {
	allow with input as {"user": "alice"}
	not allow with input.user as "mallory"
}
