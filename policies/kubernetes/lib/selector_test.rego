package kubernetes.lib.selector_test

import data.kubernetes.lib.selector

labels := {"app": "web", "tier": "front"}

expression(operator, key, values) := {"matchExpressions": [{"operator": operator, "key": key, "values": values}]}

test_selectors_that_match if {
	every chosen in [
		{},
		{"matchLabels": null, "matchExpressions": null},
		{"matchLabels": {"app": "web"}},
		{"matchLabels": {"app": "web", "tier": "front"}},
		expression("In", "app", ["api", "web"]),
		expression("NotIn", "app", ["api"]),
		expression("NotIn", "zone", ["a"]),
		expression("Exists", "tier", null),
		expression("DoesNotExist", "zone", null),
	] {
		selector.matches(chosen, labels)
	}
}

test_selectors_that_do_not_match if {
	every chosen in [
		null,
		"text",
		{"matchLabels": {"app": "api"}},
		{"matchLabels": {"zone": "a"}},
		{"matchLabels": {"app": "web"}, "matchExpressions": [{"operator": "Exists", "key": "zone"}]},
		expression("In", "app", ["api"]),
		expression("In", "zone", ["a"]),
		expression("NotIn", "app", ["web"]),
		expression("Exists", "zone", null),
		expression("DoesNotExist", "app", null),
		expression("Unknown", "app", []),
	] {
		not selector.matches(chosen, labels)
	}
}

test_an_empty_label_exists if selector.matches(expression("Exists", "app", null), {"app": ""})

test_what_selects_everything if {
	selector.everything({})
	selector.everything({"matchLabels": {}, "matchExpressions": null})
	not selector.everything({"matchLabels": {"app": "web"}})
	not selector.everything(null)
}

test_maps_of_services if {
	selector.selects({"app": "web"}, labels)
	not selector.selects({"app": "api"}, labels)
	not selector.selects({"zone": "a"}, {})
}
