package cases.walk_document

strings contains value if {
	walk(input, [_, value])
	is_string(value)
}

images[concat("/", [format_int(i, 10), "image"])] := node.image if {
	walk(input, [path, node])
	count(path) == 2
	i := path[1]
	node.image
}

depth := max([count(path) | walk(input, [path, _])])
