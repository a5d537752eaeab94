package kubernetes.secrets.literal_in_environment_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.secrets.literal_in_environment

pod(name, value) := fixtures.pod({"name": "app", "env": [{"name": name, "value": value}]})

test_a_password_is_denied if {
	msg := "Pod shop/web: the variable `DB_PASSWORD` of container `app` holds a password"
	literal_in_environment.deny == {msg} with input as pod("DB_PASSWORD", "tiger")
}

test_a_form_is_denied_once if {
	msg := "Pod shop/web: the variable `DB_PASSWORD` of container `app` holds a URL with a password"
	literal_in_environment.deny == {msg} with input as pod("DB_PASSWORD", "postgres://scott:tiger@db/shop")
	count(literal_in_environment.deny) == 1 with input as pod("DATABASE_URL", "postgres://scott:tiger@db/shop")
}

test_a_variable_without_a_name_is_denied if {
	msg := "Pod shop/web: the variable `(unnamed)` of container `app` holds a URL with a password"
	literal_in_environment.deny == {msg} with input as fixtures.pod({
		"name": "app",
		"env": [{"value": "postgres://scott:tiger@db/shop"}],
	})
}

test_others_pass if {
	every value in ["", "$(OTHER)", "${OTHER}", "/run/secrets/password", "<password>", "changeme", null, 7, true, {}] {
		literal_in_environment.deny == set() with input as pod("DB_PASSWORD", value)
	}
	every name in ["DB_PASSWORD_FILE", "DB_USER", "PWD", null, 7] {
		literal_in_environment.deny == set() with input as pod(name, "tiger")
	}
	literal_in_environment.deny == set() with input as fixtures.pod({
		"name": "app",
		"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
	})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		literal_in_environment.deny == set() with input as document
	}
}
