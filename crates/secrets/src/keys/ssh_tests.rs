//! SSH keys as identities and recipients.

use diagnostics::Source;

use super::{Recipient, parse_ssh_identity, unwrap, wrap};

/// Made for this test with `ssh-keygen -t ed25519`; it opens nothing.
const PRIVATE: &str = "\
-----BEGIN OPENSSH PRIVATE KEY-----\n\
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n\
QyNTUxOQAAACBwN/zhaRp8/k/SkTn19pwQ7WanMKamAYz027yS8jgdyAAAAIhla6I0ZWui\n\
NAAAAAtzc2gtZWQyNTUxOQAAACBwN/zhaRp8/k/SkTn19pwQ7WanMKamAYz027yS8jgdyA\n\
AAAECu7LUKPuKKGFAvlm04t7yNp/Xjy4pwuVjsLoTMJnwzPXA3/OFpGnz+T9KROfX2nBDt\n\
ZqcwpqYBjPTbvJLyOB3IAAAABHRlc3QB\n\
-----END OPENSSH PRIVATE KEY-----\n\
";
const PUBLIC: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHA3/OFpGnz+T9KROfX2nBDtZqcwpqYBjPTbvJLyOB3I";

#[test]
fn an_ssh_key_opens_what_is_wrapped_to_it() {
    let identity = parse_ssh_identity(&Source::new("id_ed25519", PRIVATE)).expect("a key");
    assert_eq!(identity.recipient(), PUBLIC);
    assert!(identity.expose().is_empty());
    let recipient: Recipient = PUBLIC.parse().expect("a recipient");
    let armored = wrap(&recipient, b"data key").expect("wrapped");
    let opened = unwrap([&identity], &armored).expect("its own");
    assert_eq!(opened.as_slice(), b"data key");
    assert!(parse_ssh_identity(&Source::new("id", "hello")).is_err());
}
