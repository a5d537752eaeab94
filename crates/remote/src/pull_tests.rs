use std::path::Path;

use super::shown;

#[test]
fn folders_in_the_lock_file() {
    let table = [
        ("policy", "policy"),
        ("./policy/", "policy"),
        ("a/./b", "a/b"),
        ("/abs/policy", "/abs/policy"),
        (".", "."),
        ("../policy", "../policy"),
    ];
    for (folder, name) in table {
        assert_eq!(shown(Path::new(folder)), name);
    }
}
