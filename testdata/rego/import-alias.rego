package cases.import_alias

import data.settings.limits as bounds
import input.request.object as resource

too_many if resource.replicas > bounds.replicas

name := resource.name
