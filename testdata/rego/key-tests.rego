# Iterations whose key is tested.
package cases.key_tests

by_key contains value if {
	some key, value in input.labels
	key == "app"
}

by_index contains item if {
	some i, item in input.items
	i == input.wanted
}

spelled contains [i, item] if {
	some i, item in input.items
	i == 1.0
}

of_set contains member if {
	some key, member in {"a", "b", input.labels.app}
	key == input.labels.app
}

none contains value if {
	some key, value in input.absent
	key == "app"
}

missing contains value if {
	some key, value in input.labels
	value != ""
	key == "tier"
}
