package cases.ref_head_function

convert.length.metres(feet) := feet * 0.3048

convert.mass.grams(ounces) := ounces * 28

results := [convert.length.metres(10), convert.mass.grams(2)]
