package cases.strings

escapes := "tab\tquote\"backslash\\unicode\u00e9"

raw := `raw \n text`

joined := concat("-", ["a", "b", "c"])

formatted := sprintf("%s has %d of %v, %.2f, %q, %x, %05d", ["web", 3, ["a", {"b": 1}], 1.5, "q", 255, 42])

parts := split("a/b/c", "/")

changed := [upper("ä"), lower("ABC"), trim_space("  x "), trim_prefix("v1.2", "v"), replace("aXbX", "X", "-")]

tests := [startswith("kpol", "k"), endswith("kpol", "x"), contains("kpol", "po"), indexof("kpol", "l")]

piece := substring("hello", 1, 3)
