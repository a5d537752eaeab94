package cases.template_string

name := "web"

plain := $"pod {name} has {count(input.containers)} containers"

absent := $"owner: {input.owner}"

values := $"{[1, "two"]} {{3}} {true} {null}"

escaped := $"\{name} is {name}"

raw := $`{name} in C:\{name}`
