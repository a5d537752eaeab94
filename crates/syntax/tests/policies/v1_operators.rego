package a

x1 := 1 + 2 * 3 - 4 / 2 % 3
x2 := (1 + 2) * 3
x3 := a & b | c & d
x4 if a + 1 == b * 2
x5 if 1 < 2
x6 if a | b != {1}
x7 := a - b - c
x8 := a-1
x9 := -input.x + - 3
y1 := 1 in [1, 2]
y2 := ("k", 1 in {"k": 1})
y3 := x in ys in zs
y4 := 1 + 2 in [3]
y5 if "a", 1 in {"a": 1}
y6 := f((0, 1 in [1]), 2)
