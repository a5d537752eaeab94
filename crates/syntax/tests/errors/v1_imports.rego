package a

import foo.bar
import rego.v9
import future.keywords.nope
import future.keywords.in as x
import data.a as input
import data.a[x]
import
