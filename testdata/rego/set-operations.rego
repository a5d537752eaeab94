package cases.set_operations

a := {1, 2, 3}

b := {3, 4}

all := a | b

both := a & b

only := a - b

united := union({{1}, {2, 3}})

shared := intersection({{1, 2}, {2, 3}})

empty := set()
