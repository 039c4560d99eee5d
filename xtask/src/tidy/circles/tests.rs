//! Planted circles are found, and what is none is not.

use camino::Utf8Path;

use super::{Meant, circles};
use crate::files;

/// The faults of a crate with these files.
#[track_caller]
fn faults(sources: &[(&str, &str)], meant: &[Meant]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    for (path, text) in sources {
        files::write(&folder.join(path), text).unwrap();
    }
    circles(folder, "src", meant).unwrap()
}

const TWO: [(&str, &str); 3] = [
    ("lib.rs", "mod a; mod b;"),
    ("a.rs", "use crate::b::B; pub struct A(B);"),
    ("b.rs", "pub struct B; fn made(_: super::a::A) {}"),
];

#[test]
fn two_files_that_use_each_other_are_a_circle() {
    assert_eq!(
        faults(&TWO, &[]),
        ["src: a circle of modules: `a.rs` uses `crate::b::B`, `b.rs` uses `super::a::A`"]
    );
}

#[test]
fn a_circle_may_lead_through_others_and_stand_in_folders() {
    assert_eq!(
        faults(
            &[
                ("main.rs", "mod a; mod b; mod c;"),
                ("a/mod.rs", "mod x; mod y; pub use y::Y;"),
                ("a/x.rs", "use crate::b::{self, B};"),
                ("a/y.rs", "pub struct Y;"),
                (
                    "b.rs",
                    "pub struct B; fn f() { print!(\"{}\", crate::c::one()) }"
                ),
                ("c/mod.rs", "mod deep; pub fn one() -> u8 { 1 }"),
                ("c/deep.rs", "fn f(_: super::super::a::Y) {}"),
            ],
            &[]
        ),
        [
            "src: a circle of modules: `a/mod.rs` uses `crate::b`, `b.rs` uses `crate::c::one`, \
             `c/mod.rs` uses `super::super::a::Y`"
        ]
    );
}

/// What a root hands on comes from the module that has it.
#[test]
fn a_circle_is_seen_through_what_hands_on() {
    let found = faults(
        &[
            (
                "lib.rs",
                "mod data; mod plugin; pub use data::Data; pub use plugin::*;",
            ),
            ("data.rs", "pub enum Data { Far(crate::Far) }"),
            (
                "plugin.rs",
                "pub struct Far; fn read() -> crate::Data { todo() }",
            ),
        ],
        &[],
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn parents_tests_words_and_variables_are_no_circle() {
    let found = faults(
        &[
            (
                "lib.rs",
                "mod a; mod b; pub use a::A; fn f() { b::g() } pub struct Own;",
            ),
            (
                "a.rs",
                "use crate::{Own, b::g}; pub struct A(Own); fn f() { g() }",
            ),
            (
                "b.rs",
                "//! As `crate::a::A`.\n\
                 /// [`crate::a::A`]\n\
                 pub(crate) fn g() { let a = \"crate::a::A\"; drop(a); }\n\
                 #[cfg(test)] mod tests { use crate::a::A; }\n\
                 #[cfg(test)] mod more;\n\
                 #[cfg(test)] use crate::a::A;",
            ),
            ("b/more.rs", "use crate::a::A;"),
        ],
        &[],
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_circle_that_is_meant_stays_and_one_that_is_none_is_not_listed() {
    let meant = |by, target| Meant {
        sources: "src",
        by,
        target,
    };
    assert_eq!(faults(&TWO, &[meant("a", "b")]), Vec::<String>::new());
    let mut mended = TWO;
    mended[2].1 = "pub struct B;";
    assert_eq!(
        faults(&mended, &[meant("a", "b")]),
        ["src: `a` with `b` is listed as a circle and is none"]
    );
    assert_eq!(faults(&TWO, &[meant("a", "c")]).len(), 2);
}
