package cases.with_data

over if input.count > data.limits.max

tight if over with data.limits.max as 1

loose if not over with data.limits as {"max": 100}

# A rule can be replaced as well.
fallback := 1

uses := fallback + 1

replaced := value if value := uses with data.cases.with_data.fallback as 41

kept := uses
