# A minus behind the body of `every` begins a statement.
package every_then_minus

p if {
	every x in [1, 2] { x > 0 }
	-1 < 0
}

q := [x |
	some x in [3]
	every y in [x] { y == 3 }
	-x == -3
]
