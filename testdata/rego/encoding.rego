package cases.encoding

text := json.marshal({"b": [1, null], "a": "x"})

value := json.unmarshal(`{"a": [1, 2.50]}`)

decoded := base64.decode("a3BvbA==")

manifest := yaml.unmarshal("kind: Pod\nspec:\n  replicas: 2\n")
