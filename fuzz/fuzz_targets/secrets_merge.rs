//! Three plaintexts of one file, parted by form feeds: where it was, and two branches of it.
//! The first byte says the format.
#![no_main]

use std::collections::BTreeSet;

use ichor_fuzz::{good, identities, name, now, rules, said};
use libfuzzer_sys::fuzz_target;
use secrets::{File, Format, Path, Step, Value, merge, values};

const FORMATS: [Format; 5] = [
    Format::Yaml,
    Format::Json,
    Format::Dotenv,
    Format::Ini,
    Format::Binary,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    let mut parts = rest.split(|byte| *byte == b'\x0c');
    let base = parts.next().unwrap_or_default();
    let ours = parts.next().unwrap_or(base);
    let theirs = parts.next().unwrap_or(base);
    let rule = &rules()[usize::from(*first / 5) % rules().len()];
    let Some((base, _)) = good(format, base, None, rule) else {
        return;
    };
    let branch = |plaintext| good(format, plaintext, Some(&base), rule);
    let (Some((ours, _)), Some((theirs, _))) = (branch(ours), branch(theirs)) else {
        return;
    };
    let file = |content| File::new(name(format), content);
    let outcome = merge(
        &file(&base),
        &file(&ours),
        &file(&theirs),
        identities(),
        now(9),
    );
    let merged = match outcome {
        Ok(merged) => merged.content,
        Err(problems) => return said(&problems),
    };
    let of = |content: &[u8]| {
        values(&File::new(name(format), content), identities())
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    let (base, ours, theirs) = (of(&base), of(&ours), of(&theirs));
    let distinct = |all: &[(Path, Value)]| {
        let paths: BTreeSet<_> = all.iter().map(|(path, _)| path).collect();
        paths.len() == all.len()
    };
    if ![&base, &ours, &theirs].into_iter().all(|all| distinct(all)) {
        return;
    }
    let merged = of(&merged);
    assert!(distinct(&merged));
    for (path, value) in merged {
        let [old, left, right] = [&base, &ours, &theirs].map(|all| find(all, &path));
        // Items of lists have numbers, which additions before them change.
        if path.steps.iter().any(|step| matches!(step, Step::Index(_))) {
            continue;
        }
        assert!(left == right || left == old || right == old, "{path}");
        let expected = if right == old { left } else { right };
        assert!(expected == Some(&value), "{path}");
    }
});

fn find<'a>(all: &'a [(Path, Value)], path: &Path) -> Option<&'a Value> {
    all.iter()
        .find(|(at, _)| at == path)
        .map(|(_, value)| value)
}
