# METADATA
# title: Label selectors
# description: >-
#   Selectors as Kubernetes matches them: matchLabels and matchExpressions all have to hold, and a selector
#   without any selects everything.
package kubernetes.lib.selector

# matches(selector, labels) holds where the labels satisfy the selector of an object, with matchLabels and
# matchExpressions.
matches(selector, labels) if {
	is_object(selector)
	every key, value in or_empty(object.get(selector, "matchLabels", {}), {}) {
		labels[key] == value
	}
	every expression in or_empty(object.get(selector, "matchExpressions", []), []) {
		holds(expression, labels)
	}
}

# selects(map, labels) holds where the labels have all of the map, as selectors of Services are.
selects(map, labels) if {
	every key, value in map {
		labels[key] == value
	}
}

holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "NotIn"
	not has_one(labels, expression)
}

holds(expression, labels) if {
	expression.operator == "Exists"
	_ = labels[expression.key]
}

holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	not labels[expression.key]
}

has_one(labels, expression) if labels[expression.key] in expression.values

# The selector selects everything.
everything(selector) if {
	is_object(selector)
	object.get(selector, "matchLabels", null) in {null, {}}
	object.get(selector, "matchExpressions", null) in {null, []}
}

or_empty(value, empty) := empty if value == null

or_empty(value, _) := value if value != null
