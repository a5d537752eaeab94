package cases.partial_set_lookup

names contains name if some name in input.names

# A member is looked up; nothing has to be enumerated.
has_web if "web" in names

has_db if names.db

same contains name if {
	some name in input.wanted
	names[name]
}
