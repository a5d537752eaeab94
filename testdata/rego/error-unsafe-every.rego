package cases.error_unsafe_every

bad if {
	every x in values {
		x > 0
	}
}
