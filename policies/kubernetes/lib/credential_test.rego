package kubernetes.lib.credential_test

import data.kubernetes.lib.credential

# Texts of known forms are put together here, so that nobody takes this file for a leak.
sample := {
	"an access key of AWS": concat("", ["AKIA", "QWERTYUIOPASDFGH"]),
	"a token of GitHub": concat("", ["ghp", "_", "0123456789abcdefghijABCDEFGHIJ012345"]),
	"a token of GitLab": concat("", ["glpat", "-", "0123456789abcdefghij"]),
	"a token of Slack": concat("", ["xoxb", "-123456789-", "abcdefghijkl"]),
	"a live key of Stripe": concat("", ["sk", "_live_", "0123456789abcdef"]),
	"a JSON Web Token": concat(".", ["eyJhbGciOiJIUzI1", "eyJzdWIiOiIxMjM0", "dozjgNryP4J3jVmNHl0w5N"]),
	"a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0123456789abcdef",
	"a URL with a password": "amqp://guest:guest1@queue:5672/",
}

test_forms if {
	every words, text in sample {
		credential.form(text) == words
		credential.form(sprintf("key: %s # ours", [text])) == words
	}
}

test_more_forms if {
	every text in [
		"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0B",
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA0123456789",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA",
	] {
		credential.form(text) == "a private key"
	}
	every text in ["redis://:tiger@cache:6379", "https://scott:tiger@example.com/x"] {
		credential.form(text) == "a URL with a password"
	}
}

test_no_forms if {
	every text in [
		"",
		null,
		7,
		"AKIAIOSFODNN7EXAMPLE",
		"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
		"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq",
		"https://example.com:8080/a@b",
		"https://user@example.com/",
		"postgres://scott:$(PASSWORD)@db/shop",
		"postgres://scott:${PASSWORD}@db/shop",
		"postgres://<user>:<password>@db/shop",
		"postgres://scott:***@db/shop",
		"mailto:a@example.com",
	] {
		not credential.form(text)
	}
}

test_passwords_by_name if {
	every name in ["PASSWORD", "DB_PASSWORD", "dbPassword", "MYSQL_PASSWORD_2", "rootpasswd", "SMTP_PASS", "DB_PWD", "passphrase"] {
		credential.named(name, "tiger") == "a password"
	}
}

test_hashes_by_name if {
	credential.named("PASSWORD", "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72") == "the hash of a password"
	not credential.named("HASH", "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72")
}

test_secrets_by_name if {
	every name in ["API_KEY", "apiKey", "AUTH_TOKEN", "client-secret", "AWS_SECRET_ACCESS_KEY", "signing.key", "TOKEN1"] {
		credential.named(name, "a8Hs72kdPq01") == "a secret"
		not credential.named(name, "tls-secret-v2")
		not credential.named(name, "name-of-a-secret")
		not credential.named(name, "short1")
	}
	credential.named("TOKEN", "3f2504e0-4f89-11d3-9a0c-0305e82c3301") == "a secret"
}

test_other_names if {
	every name in ["PASSWORD_FILE", "PASSWORD_POLICY", "PWD", "OLDPWD", "COMPASS", "BYPASS", "TOKENS", "SECRET_NAME", "KEY", "USER", "", null, 7] {
		not credential.named(name, "a8Hs72kdPq01")
	}
}

test_values_that_stand_for_others if {
	every value in [
		"",
		" ",
		"true",
		"no",
		"none",
		"$(DB_PASSWORD)",
		"${DB_PASSWORD}",
		"$DB_PASSWORD",
		"{{ .Values.password }}",
		"%PASSWORD%",
		"/run/secrets/db",
		"./password",
		"file:///run/secrets/db",
		"vault:secret/data/db#password",
		"ENC[AES256_GCM,data:abc]",
		"<password>",
		"changeme",
		"CHANGE_ME",
		"replace-with-yours",
		"REDACTED",
		"xxxxxxxx",
		"********",
		"your-password",
		"your_password_here",
		"my-secret-here",
		null,
		7,
		{},
	] {
		not credential.named("DB_PASSWORD", value)
	}
}

test_inside if {
	credential.inside("a: b\npassword: tiger\n") == "a password"
	credential.inside("auth:\n  api_key: a8Hs72kdPq01\n") == "a secret"
	not credential.inside("password: tiger")
	not credential.inside("a: b\nkey: value\n")
	not credential.inside(null)
	not credential.inside(7)
}
