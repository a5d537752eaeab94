package a

p if !x
q := a ? b
r := $x
s := 1
