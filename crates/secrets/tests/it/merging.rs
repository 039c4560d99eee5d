//! Branches merged.

use secrets::{Change, merge, rotate, update_keys};

use super::*;

const BASE: &str = "a: one\nb: two\nc:\n  d: three\n  e: four\n";

fn revised(base: &[u8], plain: &str) -> Vec<u8> {
    good("a.yaml", plain, Some(base), &everything()).content
}

fn merged(base: &[u8], ours: &[u8], theirs: &[u8]) -> Result<Encrypted, Diagnostics> {
    let file = |content| File::new("a.yaml", content);
    merge(
        &file(base),
        &file(ours),
        &file(theirs),
        &[identity()],
        now(9),
    )
}

#[test]
fn different_values_merge_token_by_token() {
    let base = good("a.yaml", BASE, None, &everything()).content;
    let ours = revised(&base, &BASE.replace("one", "ONE"));
    let theirs = revised(&base, &BASE.replace("two", "TWO"));
    let both = merged(&base, &ours, &theirs).expect("merged");
    assert_eq!(
        opened("a.yaml", &both.content),
        BASE.replace("one", "ONE").replace("two", "TWO")
    );
    assert_eq!(
        both.change,
        Change::Updated(secrets::Update::default()),
        "no value was encrypted anew"
    );
    // Neighbouring lines, and still only one token, the MAC and the time differ from ours.
    insta::assert_snapshot!(difference(&ours, &both.content), @r#"
    -b:
    +b:
    -  lastmodified: "2026-01-02T03:04:06Z"
    -  mac:
    +  lastmodified: "2026-01-02T03:04:14Z"
    +  mac:
    "#);
}

#[test]
fn added_and_removed_keys_merge() {
    let base = good("a.yaml", BASE, None, &everything()).content;
    let ours = revised(&base, &format!("{}f: five\n", BASE.replace("one", "ONE")));
    let theirs = revised(&base, &format!("{}g: six\n", BASE.replace("b: two\n", "")));
    let both = merged(&base, &ours, &theirs).expect("merged");
    insta::assert_snapshot!(opened("a.yaml", &both.content), @r"
    a: ONE
    c:
      d: three
      e: four
    f: five
    g: six
    ");
}

#[test]
fn what_both_changed_is_a_conflict_and_shows_no_value() {
    let base = good("a.yaml", BASE, None, &everything()).content;
    let ours = revised(
        &base,
        &BASE.replace("one", "hunter2").replace("  d: three\n", ""),
    );
    let theirs = revised(&base, &BASE.replace("one", "hunter3").replace("three", "x"));
    let problems = merged(&base, &ours, &theirs).expect_err("a conflict");
    insta::assert_snapshot!(lines(&problems), @r"
    a.yaml: error[sops/merge-conflict]: both sides changed `a`
    a.yaml: error[sops/merge-conflict]: one side changed `c.d`, the other took it out
    ");
    assert!(!format!("{problems:?}").contains("hunter"));
}

#[test]
fn what_stands_there_twice_is_not_merged() {
    let revised = |base: Option<&[u8]>, plain| good("a.env", plain, base, &everything()).content;
    let base = revised(None, "A=1\nA=2\nB=3\n");
    let ours = revised(Some(&base), "A=1\nA=2\nB=4\n");
    let theirs = revised(Some(&base), "A=1\nA=5\nB=3\n");
    let file = |content| File::new("a.env", content);
    let problems = merge(
        &file(&base),
        &file(&ours),
        &file(&theirs),
        &[identity()],
        now(9),
    )
    .expect_err("no telling which");
    insta::assert_snapshot!(lines(&problems), @"a.env: error[sops/merge-conflict]: `A` stands there several times, so nobody can tell what changed");
    let base = revised(None, "A=1\n");
    let ours = revised(Some(&base), "A=1\nB=1\n");
    let theirs = revised(Some(&base), "A=1\nB=2\n");
    let problems = merge(
        &file(&base),
        &file(&ours),
        &file(&theirs),
        &[identity()],
        now(9),
    )
    .expect_err("which of them");
    insta::assert_snapshot!(lines(&problems), @"a.env: error[sops/merge-conflict]: both sides added `B`");
}

#[test]
fn recipients_and_rotation_merge() {
    let base = good("a.yaml", BASE, None, &everything()).content;
    let (second, third) = (Identity::generate(), Identity::generate());
    let with = |identity: &Identity| {
        let mut rule = everything();
        rule.groups[0].push(recipient(identity));
        update_keys(&File::new("a.yaml", &base), &rule, &[super::identity()])
            .expect("updated")
            .content
    };
    let both = merged(&base, &with(&second), &with(&third)).expect("merged");
    for identity in [&second, &third] {
        assert!(
            decrypt(
                &File::new("a.yaml", &both.content),
                std::slice::from_ref(identity)
            )
            .is_ok()
        );
    }
    let ours = revised(&base, &BASE.replace("one", "ONE"));
    let theirs = rotate(&File::new("a.yaml", &base), &[identity()], now(2))
        .expect("rotated")
        .content;
    let both = merged(&base, &ours, &theirs).expect("merged");
    assert_eq!(opened("a.yaml", &both.content), BASE.replace("one", "ONE"));
    assert!(
        difference(&theirs, &both.content)
            .lines()
            .filter(|line| line.starts_with('+'))
            .count()
            <= 3
    );
}
