package cases.conflict_object

by_name[service.name] := service.port if some service in input.services
