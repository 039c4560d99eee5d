use super::version;

#[test]
fn versions_of_helm() {
    for (said, is) in [
        ("v4.3.1", Some((4, 3))),
        ("v4.3", Some((4, 3))),
        ("v3.22", Some((3, 22))),
        ("v3.18.6+g1234", Some((3, 18))),
        ("", None),
        ("v4", None),
        ("four", None),
    ] {
        assert_eq!(version(said), is, "{said}");
    }
}
