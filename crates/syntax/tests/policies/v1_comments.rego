# leading
package a # trailing
# between
p if { # in braces
	# only a comment
	x := 1 # after a statement
	# before the end
}
# the end without a line feed
