package cases.error_missing_if

allow {
	input.user == "alice"
}
