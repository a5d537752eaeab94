package cases.logic_operators

import future.keywords.and
import future.keywords.not
import future.keywords.or

either if input.a or input.b

both if input.a and input.b

mixed if {
	input.a or input.absent
	not {
		input.b
		input.absent
	}
}
