package cases.error_duplicate_import

import data.a.limits
import data.b.limits

x := limits
