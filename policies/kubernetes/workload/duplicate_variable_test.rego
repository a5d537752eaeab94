package kubernetes.workload.duplicate_variable_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.duplicate_variable

pod(names) := fixtures.pod({"name": "app", "env": [{"name": name, "value": "x"} | some name in names]})

test_twice_is_a_warning if {
	msg := "Pod shop/web: container `app` sets the variable `A` more than once"
	duplicate_variable.warn == {msg} with input as pod(["A", "B", "A"])
	duplicate_variable.warn == {msg} with input as pod(["A", "A", "A"])
}

test_once_passes if {
	duplicate_variable.warn == set() with input as pod(["A", "B"])
	duplicate_variable.warn == set() with input as fixtures.pod({"name": "app", "env": [{}, {}, null]})
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		duplicate_variable.warn == set() with input as document
	}
}
