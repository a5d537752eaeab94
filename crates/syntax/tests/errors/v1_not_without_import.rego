package a

p if not { a; b }
