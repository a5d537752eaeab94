# METADATA
# title: package title
# description: |
#   two
#   lines
package a

import data.b

# a plain comment
# METADATA
# scope: rule
deny contains "x" if true

# METADATA
# entrypoint: true

allow := true # METADATA

# METADATA
