package cases.v0_deprecated_builtins

some_true = any([false, true])

all_true = all([true, false])

rest = set_diff({1, 2}, {2})

matched = re_match("^a", "abc")
