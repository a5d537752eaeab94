# Offsets beyond 32 bits are beyond any text.
package large_offsets

p := substring("prod", 1706695200000000000, 6)

q := substring("prod", 2, 1706695200000000000)

r := array.slice([1, 2], 1, 1706695200000000000)

s := split_n if split_n := strings.split_n("a,b", ",", 1706695200000000000)
