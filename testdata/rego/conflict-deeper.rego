# A key that is written out belongs to the object that the other rules make.
package conflict_deeper

p["a"] := 1

p[k] := 2 if some k in ["a", "b"]
