package cases.error_undefined_function

length := cuont([1, 2])
