package cases.every_value

all_positive if {
	every n in input.numbers {
		n > 0
	}
}

none_long if {
	every key, value in input.labels {
		count(key) < 10
		count(value) < 10
	}
}

of_nothing if {
	every n in [] {
		n > 100
	}
}

of_undefined if {
	every n in input.absent {
		n > 0
	}
}

nested if {
	every row in input.rows {
		every cell in row {
			cell != 0
		}
	}
}
