package cases.error_rule_conflict

name := "a"

name contains "b"
