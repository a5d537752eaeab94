package a

if = 1
contains(x) = y { y := x }
in { every }
every[x] { x := in }
and = or
p { contains("a", "b"); if; or := 1; or == 1 }
