package a

p := [x | x := input[_]; not x.y]
q := {x | some x in input} | {1}
r := {k: v | some k, v in input; k != [v | v = 1]}
s := {[_ | true], [1 | input], {1 | true}, {1: 2 | true}, [1 | true; false], [1 | not x]}
t := {{1 | every x in y { x }}, {1 | some x}, {1 | some x in y}, {1 | a = b}, {1 | a with input as 1}}
