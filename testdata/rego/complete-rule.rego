package cases.complete_rule

# A constant, a rule with a body, a rule that is false, and one that has no value.
limit := 3

within if count(input.items) <= limit

empty := count(input.items) == 0

absent if input.missing
