package cases.error_several

one if x > 1

two if y > 1

three := cuont([])
