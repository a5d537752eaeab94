package cases.comprehension_object

image_of := {container.name: container.image | some container in input.containers}

index := {name: i | some i, name in ["a", "b", "c"]}

# The value may depend on a comprehension of its own.
users := {role: [user | some user, roles in input.roles; role in roles] | some roles in input.roles; some role in roles}
