package cases.keywords_in_references

direct := input.if

nested := input.spec.default.package

by_bracket := input["contains"]

metadata.import.as := "kept"
