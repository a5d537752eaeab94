package cases.error_recursion_dynamic

levels := {"dev": 1}

# The key is known only at run time, and might be this rule's own name.
nested := data.cases.error_recursion_dynamic[input.rule].dev
