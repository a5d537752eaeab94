package cases.v0_rego_v1_import

import rego.v1

deny contains "named" if input.name

allow if not deny["named"]
