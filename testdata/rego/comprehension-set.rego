package cases.comprehension_set

registries := {split(image, "/")[0] | some image in input.images}

allowed := {"registry.example.com"}

foreign := registries - allowed

both := registries & allowed

all_known := registries | {"localhost"}
