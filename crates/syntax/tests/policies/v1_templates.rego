package a

x1 := $"hello {input.name}!"
x2 := $"{1}{2}"
x3 := $"no holes \{ \" \\"
x4 := $`raw {f("}")} \{ \n
second {x + 1}`
x5 := $"nested {$"inner {x}"} {{"a": [1]}["a"]} {[y | y := 1]}"
x6 := $"{input.a with input.a as 1}"
x7 := $""
