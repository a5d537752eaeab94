package kubernetes.secrets.literal_in_arguments_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.secrets.literal_in_arguments

pod(arguments) := fixtures.pod({"name": "app", "args": arguments})

test_a_flag_with_a_value_is_denied if {
	msg := "Pod shop/web: argument 2 in `args` of container `app` holds a password"
	literal_in_arguments.deny == {msg} with input as pod(["serve", "--db-password=tiger"])
}

test_a_flag_before_a_value_is_denied if {
	msg := "Pod shop/web: argument 3 in `command` of container `app` holds a password"
	literal_in_arguments.deny == {msg} with input as fixtures.pod({
		"name": "app",
		"command": ["serve", "--db-password", "tiger"],
	})
}

test_a_form_is_denied if {
	msg := "Pod shop/web: argument 1 in `args` of container `app` holds a URL with a password"
	literal_in_arguments.deny == {msg} with input as pod(["--db=postgres://scott:tiger@db/shop"])
}

test_others_pass if {
	every arguments in [
		["--db-password=$(DB_PASSWORD)"],
		["--db-password="],
		["--db-password", "--verbose"],
		["--db-password"],
		["--db-password-file=/run/secrets/db"],
		["--db-password", "/run/secrets/db"],
		["--use-password=true"],
		["tiger"],
		[null, "tiger"],
		[7, {}, []],
	] {
		literal_in_arguments.deny == set() with input as pod(arguments)
	}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		literal_in_arguments.deny == set() with input as document
	}
}
