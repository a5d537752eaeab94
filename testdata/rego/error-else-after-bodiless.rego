# Nothing follows an `else` that always holds.
package else_after_bodiless

p := 1 if { false } else := 2 else := 3 if { true }
