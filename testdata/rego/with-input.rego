package cases.with_input

allow if input.user == "alice"

mocked if allow with input as {"user": "alice"}

mocked_field if allow with input.user as "alice"

refused if not allow with input as {"user": "mallory"}

several := [allowed |
	some user in ["alice", "bob"]
	allowed := {user | allow with input.user as user}
]

original := input.user
