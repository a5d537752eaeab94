package a

p if q with input as {"a": 1} with data.x.y as 2
q if {
	not r with input.a["b c"] as [1]
	f(1) == 2 with f as g with http.send as mock
	x := data.a.b with input as {}
		with data.c as {}
}
