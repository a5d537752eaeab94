package a

deny[msg] {
	msg := "no"
}

allow {
	true
}
else {
	false
}
