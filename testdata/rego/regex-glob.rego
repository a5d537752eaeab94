package cases.regex_glob

valid if regex.match(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, input.name)

found := regex.find_n(`[0-9]+`, "a1b22c333", 2)

groups := regex.find_all_string_submatch_n(`(\w+)=(\w+)`, "a=1 b=2", -1)

globs := [glob.match("*.example.com", ["."], "web.example.com"), glob.match("*.example.com", ["."], "a.b.example.com"), glob.match("**.example.com", ["."], "a.b.example.com")]
