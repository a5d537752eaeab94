package cases.error_unsafe_pattern

# Arrays of different lengths never unify, so that nothing binds the variable.
bad if [x, _] = [1]
