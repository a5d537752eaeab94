package a

p1 if { true }
p2 if { x | y }
p3 if {"a": 1}
p4 if {1, 2} == {2, 1}
p5 if { {1} == {1} }
p6 if {}
p7 if {"a": 1}["a"]
p8 if {1, 2}[x]
p9 if { x
}
p10 if {1} in xs
