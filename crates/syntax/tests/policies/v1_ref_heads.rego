package a

fruit.apple.seeds := 12
a[x].b["c"] contains z if some x, z in input
by_name[p.name] := p if some p in input.pods
shapes.circle.area(r) := 3 * r
q[x] if x := input[_]
