package cases.error_recursion

a if b

b if c

c if a
