package cases.ref_dynamic

# A reference whose keys are computed, on a rule, on a call and on a literal.
levels := {"dev": 1, "prod": 3}

level := levels[input.environment]

second := split("a/b", "/")[1]

letter := ["x", "y"][input.index]

absent if levels[input.nowhere]
