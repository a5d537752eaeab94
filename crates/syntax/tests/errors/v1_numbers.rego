package a

x := 012
y := 1.
z := 1e
w := 1a
