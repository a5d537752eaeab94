package kubernetes.secrets.manifest_test

import data.kubernetes.secrets.manifest

secret(fields) := object.union({"kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}}, fields)

test_a_password_is_denied if {
	msg := "Secret shop/db: the key `password` holds a password"
	manifest.deny == {msg} with input as secret({"stringData": {"password": "tiger", "user": "scott"}})
	manifest.deny == {msg} with input as secret({"data": {"password": base64.encode("tiger")}})
	manifest.warn == set() with input as secret({"stringData": {"password": "tiger", "user": "scott"}})
}

test_a_password_in_a_file_is_denied if {
	msg := "Secret shop/db: the key `app.ini` holds a password"
	manifest.deny == {msg} with input as secret({"stringData": {"app.ini": "[db]\npassword=tiger\n"}})
}

test_credentials_of_a_registry_are_denied if {
	msg := "Secret shop/db: the key `.dockerconfigjson` holds credentials of a registry"
	text := `{"auths": {"registry.example.com": {"auth": "c2NvdHQ6dGlnZXI="}}}`
	manifest.deny == {msg} with input as secret({"stringData": {".dockerconfigjson": text}})
	manifest.deny == {msg} with input as secret({"data": {".dockerconfigjson": base64.encode(text)}})
}

test_a_private_key_is_denied if {
	msg := "Secret shop/db: the key `tls.key` holds a private key"
	text := concat("\n", ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----END PRIVATE KEY-----"])
	manifest.deny == {msg} with input as secret({"data": {"tls.key": base64.encode(text)}})
}

test_other_data_is_a_warning if {
	msg := "Secret shop/db: its data is in the manifest, for anyone to read"
	manifest.warn == {msg} with input as secret({"data": {"user": base64.encode("scott")}})
	manifest.deny == set() with input as secret({"data": {"user": base64.encode("scott")}})
}

test_what_holds_nothing_passes if {
	every fields in [
		{},
		{"data": null, "stringData": null},
		{"data": {}},
		{"data": {"password": null}},
		{"data": {"password": ""}},
		{"data": {"password": "not base64!"}},
		{"data": {"password": 7}},
		{"stringData": {"password": "${DB_PASSWORD}"}},
		{"stringData": {"password": "<path:secret/data/db#password>"}},
		{"stringData": {"alertmanager.yaml": "route:\n  receiver: none\n"}},
		{"data": [], "stringData": "text"},
	] {
		manifest.deny == set() with input as secret(fields)
		manifest.warn == set() with input as secret(fields)
	}
}

test_encrypted_and_live_secrets_pass if {
	every fields in [
		{"stringData": {"password": "tiger"}, "sops": {"version": "3.9.0"}},
		{"stringData": {"password": "ENC[AES256_GCM,data:abc]"}},
		{"stringData": {"password": "tiger"}, "metadata": {"name": "db", "uid": "1"}},
	] {
		manifest.deny == set() with input as secret(fields)
		manifest.warn == set() with input as secret(fields)
	}
}

test_other_documents_pass if {
	every document in [{"kind": "ConfigMap", "data": {"password": "dGlnZXI="}}, {"kind": "Secret"}, {}] {
		manifest.deny == set() with input as document
		manifest.warn == set() with input as document
	}
}
