//! Every fixture renders, byte for byte, to the tree that it records.

#[test]
fn fixtures_are_as_recorded() {
    let differences = xtask::golden::run(&[], false).unwrap();
    assert!(
        differences.is_empty(),
        "{}\n`cargo xtask golden --bless` records what is rendered now",
        differences.join("\n")
    );
}
