package kubernetes.admission["with space"].not

import data.lib.k8s
import data.lib["pod-security"] as pss
import input.review.object as obj
import rego.v1
