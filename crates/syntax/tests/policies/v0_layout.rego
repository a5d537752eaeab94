package a
p[x]
{
	x := 1
	[x] = y
}
q = {"a": 1} { true }
r = {x | x := 1} { true }
s { {1} == {1} }
t = [1,
	2] { true } u = 1
