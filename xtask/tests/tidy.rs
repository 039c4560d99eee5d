//! The rules of the house hold.

#[test]
fn the_repository_is_tidy() {
    let faults = xtask::tidy::run(None).unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
