//! The cache of compiled code.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use kpol_engine::{CompileMode, Engine, EngineOptions, Limits};

use crate::support::{compile, eval};

const REGO: &str = "package t\nr := input + 1";

fn run(folder: &Path, mode: CompileMode) {
    let engine = Engine::new(EngineOptions {
        mode,
        cache: Some(folder.to_owned()),
        ..EngineOptions::default()
    })
    .unwrap();
    let policy = engine.load(&compile(REGO, &["t/r"])).unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    assert_eq!(eval(&mut evaluator, "41").unwrap().as_deref(), Some("42"));
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    found.sort();
    found
}

fn filled() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("deep/cache");
    run(&folder, CompileMode::Fast);
    let mut found = entries(&folder);
    assert_eq!(found.len(), 1);
    (outer, folder, found.remove(0))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn folder_and_entries_are_the_users_alone() {
    let (_outer, folder, entry) = filled();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&entry), 0o600);
}

#[test]
fn an_entry_is_used_again() {
    let (_outer, folder, entry) = filled();
    let before = fs::metadata(&entry).unwrap();
    run(&folder, CompileMode::Fast);
    let after = fs::metadata(&entry).unwrap();
    assert_eq!(entries(&folder), [entry]);
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
}

#[test]
fn modes_have_entries_of_their_own() {
    let (_outer, folder, _) = filled();
    run(&folder, CompileMode::Optimized);
    assert_eq!(entries(&folder).len(), 2);
}

#[test]
fn damaged_entries_are_compiled_anew() {
    let (_outer, folder, entry) = filled();
    let good = fs::read(&entry).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    for bad in [
        Vec::new(),
        good[..20].to_vec(),
        good[..good.len() - 1].to_vec(),
        flipped(0),
        flipped(8),
        flipped(good.len() / 2),
        flipped(good.len() - 1),
    ] {
        fs::write(&entry, &bad).unwrap();
        run(&folder, CompileMode::Fast);
        assert_eq!(fs::read(&entry).unwrap(), good);
    }
}

#[test]
fn an_entry_under_another_name_is_not_used() {
    let (_outer, folder, entry) = filled();
    run(&folder, CompileMode::Optimized);
    let other = entries(&folder).into_iter().find(|e| *e != entry).unwrap();
    let good = fs::read(&entry).unwrap();
    fs::copy(&other, &entry).unwrap();
    run(&folder, CompileMode::Fast);
    assert_eq!(fs::read(&entry).unwrap(), good);
}

#[test]
fn entries_that_others_can_write_are_replaced() {
    let (_outer, folder, entry) = filled();
    fs::set_permissions(&entry, fs::Permissions::from_mode(0o666)).unwrap();
    run(&folder, CompileMode::Fast);
    assert_eq!(mode(&entry), 0o600);
}

#[test]
fn links_are_replaced() {
    let (outer, folder, entry) = filled();
    let elsewhere = outer.path().join("elsewhere");
    fs::rename(&entry, &elsewhere).unwrap();
    symlink(&elsewhere, &entry).unwrap();
    run(&folder, CompileMode::Fast);
    assert!(fs::symlink_metadata(&entry).unwrap().is_file());
}

#[test]
fn a_folder_that_others_can_write_is_not_used() {
    let (_outer, folder, entry) = filled();
    fs::remove_file(entry).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    run(&folder, CompileMode::Fast);
    assert_eq!(entries(&folder), [] as [PathBuf; 0]);
}

#[test]
fn a_path_that_is_no_folder_is_no_error() {
    let outer = tempfile::tempdir().unwrap();
    let file = outer.path().join("file");
    fs::write(&file, "").unwrap();
    run(&file, CompileMode::Fast);
    run(&file.join("below"), CompileMode::Fast);
    assert_eq!(fs::read(&file).unwrap(), b"");
}
