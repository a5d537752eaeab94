package cases.false_value

is_false := false

x := input.off

s := y if y := input.off

fails if input.off

holds if input.off == false
