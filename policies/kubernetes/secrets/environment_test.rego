package kubernetes.secrets.environment_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.secrets.environment

test_a_variable_is_a_warning if {
	msg := "Pod shop/web: container `app` has the Secret `db` in its environment, as `DB_PASSWORD`"
	environment.warn == {msg} with input as fixtures.pod({
		"name": "app",
		"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
	})
}

test_a_whole_secret_is_a_warning if {
	msg := "Pod shop/web: container `app` has all of the Secret `db` in its environment"
	environment.warn == {msg} with input as fixtures.pod({"name": "app", "envFrom": [{"secretRef": {"name": "db"}}]})
}

test_others_pass if {
	environment.warn == set() with input as fixtures.pod({
		"name": "app",
		"env": [
			{"name": "A", "value": "a"},
			{"name": "B", "valueFrom": {"configMapKeyRef": {"name": "db", "key": "host"}}},
			{"name": "C", "valueFrom": null},
			{"name": "D", "valueFrom": {"secretKeyRef": null}},
		],
		"envFrom": [{"configMapRef": {"name": "db"}}, {"secretRef": null}],
	})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		environment.warn == set() with input as document
	}
}
