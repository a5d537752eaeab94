package cases.join

bound contains [user.name, role.verbs] if {
	some user in input.users
	some role in input.roles
	user.role == role.name
}
