package cases.objects

got := [object.get({"a": 1}, "a", 0), object.get({"a": 1}, "b", 0), object.get({"a": {"b": 2}}, ["a", "b"], 0)]

merged := object.union({"a": {"x": 1}}, {"a": {"y": 2}, "b": 3})

kept := object.filter({"a": 1, "b": 2}, ["a"])

removed := object.remove({"a": 1, "b": 2}, ["a"])

keys := object.keys({"b": 1, "a": 2})

filtered := json.filter({"a": {"b": 1, "c": 2}}, ["a/b"])

odd_keys := {1: "one", [2]: "two", {"k": 1}: "three", true: "four"}
