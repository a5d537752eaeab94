# METADATA
# title: Metadata
# description: The annotations of a rule and of its package.
# custom:
#   id: cases/metadata
package cases.metadata

# METADATA
# title: A rule that reads its own title
# custom:
#   severity: high
report := {"title": rule.title, "severity": rule.custom.severity} if rule := rego.metadata.rule()

titles := [entry.annotations.title | some entry in chain] if {
	chain := data.cases.metadata.chained
}

# METADATA
# title: A chain
chained := rego.metadata.chain()
