//! The key, the rules and the time of all targets.

use std::sync::OnceLock;

use diagnostics::Source;
use secrets::{Identity, Rule, Selector, Timestamp, parse_identity_file};

/// The published test key of sops' own `age/keysource_test.go`.
const KEY: &str = "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7";

/// Selectors that pick something of many files.
const SELECTORS: [(&str, &str); 6] = [
    ("unencrypted_suffix", "_u"),
    ("encrypted_suffix", "_e"),
    ("encrypted_regex", "^(data|a)"),
    ("unencrypted_regex", "b$"),
    ("encrypted_comment_regex", "enc"),
    ("unencrypted_comment_regex", "clear"),
];

/// The one identity.
pub fn identities() -> &'static [Identity] {
    static IDENTITIES: OnceLock<Vec<Identity>> = OnceLock::new();
    IDENTITIES
        .get_or_init(|| parse_identity_file(&Source::new("key", KEY)).expect("the key is one"))
}

/// A rule for everything, then one of each selector, then the same with a MAC of the encrypted
/// values only.
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let recipient = identities()[0].recipient().parse().expect("its own");
        let everything = Rule::for_recipients([recipient]);
        let mut rules = vec![everything.clone(), everything.clone()];
        for (name, text) in SELECTORS {
            rules.push(Rule {
                selector: Selector::new(name, text).expect("a pattern"),
                ..everything.clone()
            });
        }
        let mac_only = rules.iter().map(|rule| Rule {
            mac_only_encrypted: true,
            ..rule.clone()
        });
        let mac_only: Vec<_> = mac_only.collect();
        rules.extend(mac_only);
        rules
    })
}

/// A time, so many seconds later.
pub fn now(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_767_323_045 + second)
}
