package cases.v0_function

double(x) = y {
	y := x * 2
}

is_even(x) {
	x % 2 == 0
}

result = [double(2), double(3)]

even { is_even(4) }
