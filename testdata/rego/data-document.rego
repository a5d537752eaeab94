package cases.data_document

registry := data.settings.registry

missing if data.settings.absent

listed contains name if {
	some name, team in data.teams
	team.active
}

# Another rule of this package, by its full path.
again := data.cases.data_document.registry
