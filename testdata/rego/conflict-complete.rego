package cases.conflict_complete

level := 1 if input.a

level := 2 if input.b
