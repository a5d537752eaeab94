package cases.complete_rule_several_bodies

# Several bodies of one rule: any of them suffices, and equal values agree.
exposed if input.type == "NodePort"

exposed if input.type == "LoadBalancer"

exposed if input.ingress

tier := "edge" if exposed

tier := "inner" if not exposed
