package a

x1 := "quote \" backslash \\ slash \/ tab \t nl \n"
x2 := "\u0041 \u00e9 \ud83d\ude00 é 日本"
x3 := `raw \n "quoted"
second line # no comment`
x4 := "# no comment {[("
x5 := ""
x6 := ``
x7 := {"a": "}", "b": `]`}
