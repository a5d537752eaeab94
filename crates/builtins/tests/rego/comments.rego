# first
package c #second
#
# é third

	# tab
p if { # in
	x # é last
} # end
#