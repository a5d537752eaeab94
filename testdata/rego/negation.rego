package cases.negation

undefined_is_not if not input.missing

false_is_not if not input.off

true_is if not not_ready

not_ready if not input.ready

# Something in a set has no counterpart.
orphans contains pod if {
	some pod in input.pods
	not pod in input.owned
}
