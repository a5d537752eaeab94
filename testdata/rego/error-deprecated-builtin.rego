package cases.error_deprecated_builtin

some_true := any([false, true])
