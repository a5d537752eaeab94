package cases.generated_rules

# The package's own document as a value.
limits["cpu"] := 2

limits["memory"] := 4

names := [name | some name, _ in limits]

total := sum([value | some value in data.cases.generated_rules.limits])
