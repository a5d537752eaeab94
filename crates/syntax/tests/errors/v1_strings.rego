package a

x := "no end
y := "bad \q escape"
z := "\u12"
w := 1
v := 'single'
