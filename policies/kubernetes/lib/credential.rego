# METADATA
# title: Credentials in plain text
# description: >-
#   Which texts are credentials: by a form that only credentials have, and by the name that they are given. What
#   refers to a credential (`$(NAME)`, a template, a path, an address of a vault) is none, and neither is what
#   somebody is still to fill in.
package kubernetes.lib.credential

# form(text) names the credential that the text holds, by a form that nothing else has. The first column is looked
# for first: it is far cheaper than an expression.
form(text) := words if {
	is_string(text)
	found := [entry.words |
		some entry in forms
		contains(text, entry.mark)
		some match in regex.find_n(entry.pattern, text, -1)
		not contains(match, "EXAMPLE")
	]
	words := found[0]
}

# A password in a URL, unless something else stands in its place.
form(text) := "a URL with a password" if {
	is_string(text)
	contains(text, "://")
	not has_other_form(text)
	some match in regex.find_all_string_submatch_n(`[a-z0-9]://[^\s/:@"'<>{}$]*:([^\s/:@"'<>{}$()%*]+)@[\w\[]`, text, -1)
	not placeholder(match[1])
}

has_other_form(text) if {
	some entry in forms
	contains(text, entry.mark)
	some match in regex.find_n(entry.pattern, text, -1)
	not contains(match, "EXAMPLE")
}

forms := [
	{
		"mark": "PRIVATE KEY",
		"words": "a private key",
		"pattern": `-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----(\s|\\n)+([A-Za-z-]+: [^\n\\]+(\s|\\n)+)*[A-Za-z0-9+/]{20}`,
	},
	{"mark": "AKIA", "words": "an access key of AWS", "pattern": `\bAKIA[0-9A-Z]{16}\b`},
	{"mark": "ASIA", "words": "an access key of AWS", "pattern": `\bASIA[0-9A-Z]{16}\b`},
	{"mark": "AccountKey=", "words": "a storage key of Azure", "pattern": `AccountKey=[A-Za-z0-9+/]{86}==`},
	{"mark": "AIza", "words": "an API key of Google", "pattern": `\bAIza[0-9A-Za-z_-]{35}`},
	{"mark": "gh", "words": "a token of GitHub", "pattern": `\bgh[pousr]_[A-Za-z0-9]{36,}\b`},
	{"mark": "github_pat_", "words": "a token of GitHub", "pattern": `\bgithub_pat_[A-Za-z0-9_]{50,}`},
	{"mark": "glpat-", "words": "a token of GitLab", "pattern": `\bglpat-[A-Za-z0-9_-]{20,}`},
	{"mark": "xox", "words": "a token of Slack", "pattern": `\bxox[abeoprs]-[0-9]{6,}-[A-Za-z0-9-]{10,}`},
	{
		"mark": "hooks.slack.com/services/",
		"words": "a webhook of Slack",
		"pattern": `hooks\.slack\.com/services/T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/[A-Za-z0-9]{20,}`,
	},
	{"mark": "k_live_", "words": "a live key of Stripe", "pattern": `\b[rs]k_live_[A-Za-z0-9]{16,}`},
	{"mark": "SG.", "words": "a key of SendGrid", "pattern": `\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`},
	{"mark": "npm_", "words": "a token of npm", "pattern": `\bnpm_[A-Za-z0-9]{36}\b`},
	{"mark": "pypi-", "words": "a token of PyPI", "pattern": `\bpypi-AgE[A-Za-z0-9_-]{50,}`},
	{"mark": "dckr_pat_", "words": "a token of Docker Hub", "pattern": `\bdckr_pat_[A-Za-z0-9_-]{20,}`},
	{"mark": "dop_v1_", "words": "a token of DigitalOcean", "pattern": `\bdop_v1_[a-f0-9]{64}`},
	{"mark": "hvs.", "words": "a token of Vault", "pattern": `\bhvs\.[A-Za-z0-9_-]{24,}`},
	{"mark": "sk-", "words": "a key of an AI service", "pattern": `\bsk-((proj|ant|svcacct)-)?[A-Za-z0-9_-]{40,}`},
	{"mark": "eyJ", "words": "a JSON Web Token", "pattern": `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`},
]

# named(name, value) names the credential that a value is by its name. A password is one whatever it is; other
# secrets may be names of something, and count where they look drawn by lot.
named(name, value) := "the hash of a password" if {
	is_string(name)
	is_string(value)
	regex.match(`^(\$(2[aby]?|5|6|apr1|argon2[a-z]*|scrypt)\$|\{S?SHA[0-9]*\})`, value)
	regex.match(`(password|passwd|passphrase)[_-]?[0-9]*$`, lower(name))
} else := "a password" if {
	is_string(name)
	literal(value)
	regex.match(`(password|passwd|passphrase|passwort)[_-]?[0-9]*$|[^a-z]pass[0-9]*$|[a-z][^a-z]+pwd[0-9]*$`, lower(name))
	not lower(name) in {"oldpwd", "pwd"}
} else := "a secret" if {
	is_string(name)
	literal(value)
	regex.match(`(secret|token|apikey|accesskey|secretkey|privatekey|encryptionkey|signingkey|accountkey)[0-9]*$`, plain(name))
	random(value)
}

# inside(text) names the credential in a line of a file, `name: value` or `name=value`, by its name.
inside(text) := words if {
	is_string(text)
	contains(text, "\n")
	found := [what |
		some match in regex.find_all_string_submatch_n(line, text, -1)
		lower(match[3]) != "string"
		what := named(match[1], match[3])
	]
	words := found[0]
}

# Without quotes only where it cannot be an assignment in a program.
line := `(?im)^[\s"'-]*([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|key))["']?(:\s*|=|\s*=\s*["'])["']?([^\s"',;()\[\]{}<>$]+)["']?,?\s*$`

plain(name) := regex.replace(lower(name), `[^a-z0-9]`, "")

# The value is itself, and stands for nothing else.
literal(value) if {
	is_string(value)
	not placeholder(value)
	not reference(value)
}

placeholder(value) if {
	trimmed := trim_space(value)
	regex.match(`(?i)^(|true|false|yes|no|on|off|none|null|nil|empty|0|1|todo|tbd|n/?a|[x*.#?_-]+)$`, trimmed)
}

placeholder(value) if regex.match(`[<>]|(?i)(change[-_ ]?me|change[-_ ]?this|replace[-_ ]?(me|this|with)?|placeholder|redacted|dummy|fill[-_ ]?in|insert[-_ ]|example)`, value)

placeholder(value) if regex.match(`(?i)^(your|my|the|some|a)?[-_ ]*[a-z]*[-_ ]*(password|passwd|secret|token|key)[-_ ]*(here|goes[-_ ]?here)$`, value)

placeholder(value) if regex.match(`(?i)^(your|enter)[-_ ]`, value)

# A variable, a template, a path, or an address in a store of secrets.
reference(value) if regex.match(`\$[({A-Za-z_]|\{\{|^%|%\(|^ENC\[|^!|^@`, value)

reference(value) if regex.match(`^(\.{0,2}/|~|[A-Za-z]:\\|[a-z][a-z0-9+.-]*:)`, value)

# Long enough, with letters and digits, and none of the names that people give to things.
random(value) if {
	count(value) >= 8
	regex.match(`[A-Za-z]`, value)
	regex.match(`[0-9]`, value)
	not regex.match(`\s`, value)
	not regex.match(`^[a-z]+[0-9]{0,3}([-_.][a-z0-9]{1,12})+$`, value)
}

random(value) if regex.match(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, value)
