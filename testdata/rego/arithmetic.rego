package cases.arithmetic

sum := 1 + (2 * 3)

difference := 0.3 - 0.1

quotient := 7 / 2

whole := 6 / 3

remainder := 7 % 3

grouped := (1 + 2) * 3

negative := 0 - input.n

big := 9007199254740993 + 1

huge := 99999999999999999999 * 2

third := 1 / 3
