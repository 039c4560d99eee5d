//! Damaged files: noticed, or without effect.

use std::collections::BTreeMap;

use proptest::prelude::*;
use secrets::{
    EncryptedFile, Format, comments, complete, exposed, lossy, only_references, redact,
    selects_nothing, status, values,
};

use super::*;

const PLAIN: &str = "# note\nname_unencrypted: clear\nuser: admin\nlist:\n- 5\n- true\n";

#[test]
fn every_flipped_bit_is_noticed_or_has_no_effect() {
    let made = good("a.yaml", PLAIN, None, &everything()).content;
    let ids = [identity()];
    let expected = values(&File::new("a.yaml", &made), &ids).expect("whole");
    // What the format does not cover, by line.
    let mut uncovered: BTreeMap<usize, (String, usize)> = BTreeMap::new();
    let mut line = 1;
    for position in 0..made.len() {
        let mut damaged = made.clone();
        damaged[position] ^= 1;
        let read = values(&File::new("a.yaml", &damaged), &ids);
        if let Ok(read) = read {
            let same = |(left, right): (
                &(secrets::Path, secrets::Value),
                &(secrets::Path, secrets::Value),
            )| left.1 == right.1;
            assert!(
                read.len() == expected.len() && read.iter().zip(&expected).all(same),
                "byte {position} changed a value"
            );
            let text = String::from_utf8_lossy(&made);
            let shown = text.lines().nth(line - 1).unwrap_or_default();
            let shown = shown.split("ENC[").next().unwrap_or_default().trim();
            uncovered
                .entry(line)
                .or_insert_with(|| (shown.to_owned(), 0))
                .1 += 1;
        }
        line += usize::from(made[position] == b'\n');
    }
    let table: Vec<_> = uncovered
        .values()
        .map(|(line, count)| format!("{count:3} {}", line.replace(&ids[0].recipient(), "age1…")))
        .collect();
    // Comments, names of keys that no encrypted value stands under, and metadata other than
    // the MAC, its time, the selector and the wrapped key.
    insta::assert_snapshot!(table.join("\n"), @r"
    119 #
      4 name_unencrypted: clear
     71 recipient: age1…
     18 unencrypted_suffix: _unencrypted
     13 version: 3.13.3
    ");
}

#[test]
fn every_truncated_file_is_noticed() {
    for (name, plain) in [
        ("a.yaml", PLAIN),
        ("a.json", "{\"a\": \"b\", \"c\": [1, 2]}\n"),
        ("a.env", "A=b\nC=d\n"),
        ("a.ini", "[a]\nb = c\n"),
    ] {
        let made = good(name, plain, None, &everything()).content;
        let ids = [identity()];
        let expected = values(&File::new(name, &made), &ids).expect("whole");
        for length in 0..made.len() {
            if let Ok(read) = values(&File::new(name, &made[..length]), &ids) {
                assert!(read == expected, "{name} cut to {length} bytes");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[a-c\\[\\]{}:,#&*!|>'\"%\\-=; \n\t\\\\]{0,120}") {
        for content in [bytes.as_slice(), text.as_bytes()] {
            for format in [Format::Yaml, Format::Json, Format::Dotenv, Format::Ini, Format::Binary] {
                let file = File::new("x", content).with_format(format);
                prop_assert!(status(&file).is_ok() || decrypt(&file, &[]).is_err());
                let rule = everything();
                drop((exposed(&file, &rule), redact(&file)));
                drop(selects_nothing(&file, &rule));
                if let Ok(Some(read)) = EncryptedFile::read(&file) {
                    drop(read.narrower(&rule));
                }
                drop((only_references(&file, &rule), lossy(&file), comments(&file)));
                drop(complete(&file, Some(&rule), true, &[], now(0)));
            }
        }
    }

    #[test]
    fn what_is_accepted_comes_back(text in "([a-c]: ?[a-c'\"#|>\\-\\[\\]{},&*! ]{0,8}\n| *- [a-c#']{0,4}\n|  [a-c]:\n|# x\n){1,8}") {
        let Ok(made) = sealed("x.yaml", &text, None, &everything()) else { return Ok(()) };
        let ids = [identity()];
        let file = File::new("x.yaml", &made.content);
        let clear = decrypt(&file, &ids);
        prop_assert!(clear.is_ok(), "{}", lines(&clear.err().unwrap_or_default()));
        let clear = clear.expect("checked");
        let again = sealed("x.yaml", &String::from_utf8_lossy(&clear.content), Some(&made.content), &everything());
        prop_assert!(again.is_ok(), "{}", lines(&again.err().unwrap_or_default()));
        prop_assert_eq!(again.expect("checked").content, made.content);
    }

    /// Lines taken out, replaced and added in the clear: what is completed is whole.
    #[test]
    fn what_is_completed_opens(changes in proptest::collection::vec(0..5_usize, 6), wide in any::<bool>()) {
        let made = good("a.yaml", PLAIN, None, &everything()).content;
        let text = String::from_utf8(made).expect("text");
        let (body, metadata) = text.split_once("sops:\n").expect("metadata");
        let mut edited = String::new();
        for (number, (line, change)) in body.lines().zip(&changes).enumerate() {
            match change {
                0 => edited.push_str(&format!("{line}\n")),
                1 => {}
                2 => edited.push_str(&format!("new{number}: clear\n{line}\n")),
                3 => edited.push_str(&format!("{}: [1, clear]\n", line.split(':').next().unwrap_or("x"))),
                _ => edited.push_str(&format!("{line} # note\n")),
            }
        }
        edited.push_str("sops:\n");
        edited.push_str(metadata);
        let file = File::new("a.yaml", edited.as_bytes());
        let rule = if wide { rule("unencrypted_suffix", "_none") } else { everything() };
        let Ok(whole) = complete(&file, Some(&rule), wide, &[identity()], now(3)) else { return Ok(()) };
        let file = File::new("a.yaml", &whole.content);
        prop_assert!(exposed(&file, &everything()).is_ok_and(|found| found.is_empty()));
        let clear = decrypt(&file, &[identity()]);
        prop_assert!(clear.is_ok(), "{}", lines(&clear.err().unwrap_or_default()));
    }
}
