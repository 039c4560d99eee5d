//! A `.sops.yaml`, then a path to look up in it, parted by the last form feed.
#![no_main]

use diagnostics::Source;
use libfuzzer_sys::fuzz_target;
use secrets::Rules;

fuzz_target!(|text: &str| {
    let (text, path) = text.rsplit_once('\u{c}').unwrap_or((text, "a/b.sops.yaml"));
    match Rules::parse(&Source::new(".sops.yaml", text)) {
        Ok(rules) => {
            for note in rules.notes() {
                assert!(!note.to_string().is_empty());
            }
            let found = rules.rule_for(path).map(|rule| rule.location.to_string());
            let first = rules.iter().find(|rule| {
                let regex = rule.path_regex.as_ref();
                regex.is_none_or(|regex| regex.is_match(path.as_bytes()))
            });
            assert_eq!(found, first.map(|rule| rule.location.to_string()));
        }
        Err(problems) => ichor_fuzz::said(&problems),
    }
});
