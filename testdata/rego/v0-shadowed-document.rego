package cases.v0_shadowed_document

# v0 lets a variable take the name of a document.
found {
	data := {"a": 1}
	data.a == 1
}
