package terms

numbers := [0, -1, 1.50, 1e3, 100000000000000000000, 1 + 2 * -3 - 1 % 2 / 5]
sets := {3, 1, 2.0, 2, "b", "a", null, true, [_, 1], [_], {"z": 1, "a": 2}, {2}, x, x.y, f(x), {y | y := 1}}
objects := {"b": 1, "a": 2, "b": 3, 1.0: 4, 1: 5, x: 6}
operators if ((1 | 2) & 3) == (4 != 5) in [1 <= 2, 3 >= 4, 5 < 6, 7 > 8]
minus := [-x, -x.y, -f(1)]
strings := ["\u00e9\n", `raw\n`, "<&>"]
member := [(1, 2 in x), 1 in x]
