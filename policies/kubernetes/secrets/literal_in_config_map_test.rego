package kubernetes.secrets.literal_in_config_map_test

import data.kubernetes.secrets.literal_in_config_map

config_map(data_) := {"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}, "data": data_}

test_a_password_is_denied if {
	literal_in_config_map.deny == {"ConfigMap shop/web: the key `db.password` holds a password"} with input as config_map({
		"db.password": "tiger",
		"db.user": "scott",
	})
}

test_a_password_in_a_file_is_denied if {
	msg := "ConfigMap shop/web: the key `app.yaml` holds a password"
	every text in [
		"db:\n  user: scott\n  password: tiger\n",
		"db:\n  password: \"tiger\"\n",
		"user=scott\nspring.datasource.password=tiger\n",
		"{\n  \"password\": \"tiger\",\n}",
		"[db]\npassword = 'tiger'\n",
	] {
		literal_in_config_map.deny == {msg} with input as config_map({"app.yaml": text})
	}
}

test_a_form_is_denied if {
	msg := "ConfigMap shop/web: the key `app.yaml` holds a URL with a password"
	literal_in_config_map.deny == {msg} with input as config_map({"app.yaml": "db: postgres://scott:tiger@db/shop\npassword: x1\n"})
}

test_programs_and_references_pass if {
	every text in [
		"password = os.environ['PASSWORD']\n",
		"password = args.password\n",
		"password: ${DB_PASSWORD}\n",
		"password:\n",
		"password: \"\"\n",
		"# the password: see the wiki\n",
		"password: string\n",
		"password_file: /run/secrets/db\n",
		"token: name-of-something\n",
	] {
		literal_in_config_map.deny == set() with input as config_map({"app.yaml": text})
	}
}

test_others_pass if {
	every data_ in [{}, null, {"a": null}, {"password": null}, {"password": ""}, {"password": 7}, [], "text"] {
		literal_in_config_map.deny == set() with input as config_map(data_)
	}
	every document in [{"kind": "ConfigMap"}, {"kind": "Secret", "data": {"password": "tiger"}}, {}] {
		literal_in_config_map.deny == set() with input as document
	}
}
