package t

a := $"hello {x} and {x.y + 1 with input as 2}!"
b := $`raw {1}{"s"}{null}{true}\n`
c := $""
d := {$"b", $"{x}b", $`a`, "s"}
e := $"\{x}\n{ # comment
y}"
