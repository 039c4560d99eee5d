//! Against the real `sops`, both ways. Runs where `ICHOR_SOPS` names the program, as
//! `cargo xtask oracles` does it; else it says that it was skipped. `ICHOR_SOPS_RECORD` names a
//! folder that some of what sops wrote is kept in, as `tests/vectors/sops/live` does.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts sops on its files"
)]
#![expect(clippy::print_stdout, reason = "it says that it was skipped")]

mod generate;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diagnostics::{Diagnostics, Source};
use secrets::{
    Change, File, Format, Identity, Recipient, Request, Rule, Selector, Timestamp, Value, decrypt,
    encrypt, merge, parse_identity_file, set, values,
};

/// The published test key of sops' own `age/keysource_test.go`.
const KEY: &str = "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7";

/// How many documents of each format and selector.
const EACH: u64 = 18;

struct Sops {
    program: PathBuf,
    folder: tempfile::TempDir,
    identity: Identity,
}

impl Sops {
    fn find() -> Option<Self> {
        let Some(program) = std::env::var_os("ICHOR_SOPS") else {
            println!("skipped: ICHOR_SOPS does not name the real sops");
            return None;
        };
        Some(Self {
            program: program.into(),
            folder: tempfile::tempdir().expect("a folder"),
            identity: parse_identity_file(&Source::new("key", KEY))
                .expect("an identity")
                .remove(0),
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("SOPS_AGE_KEY", self.identity.expose().as_str());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("sops starts")
    }

    /// What sops prints with other identities, which must succeed.
    fn with_keys(&self, keys: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self
            .command(arguments)
            .env("SOPS_AGE_KEY", keys)
            .output()
            .expect("sops starts");
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "sops {arguments:?}: {problem}");
        output.stdout
    }

    /// What sops prints, which must succeed.
    fn good(&self, what: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{what}: sops {arguments:?}: {}\n{}",
            String::from_utf8_lossy(&output.stderr),
            std::fs::read_to_string(self.path(arguments.last().expect("a file")))
                .unwrap_or_default()
        );
        output.stdout
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(self.folder.path()).join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.path(name), content).expect("written");
    }

    fn recipient(&self) -> Recipient {
        self.identity.recipient().parse().expect("its own")
    }

    fn ours(
        &self,
        name: &str,
        plain: &[u8],
        previous: Option<&[u8]>,
        rule: &Rule,
    ) -> (Vec<u8>, Change) {
        let request = Request {
            plaintext: File::new(name, plain),
            previous: previous.map(|content| File::new(name, content)),
            rule,
            identities: std::slice::from_ref(&self.identity),
            now: Timestamp::from_unix_seconds(1_800_000_000),
        };
        let encrypted = good("encrypt", name, plain, encrypt(&request));
        (encrypted.content, encrypted.change)
    }
}

fn good<T>(what: &str, name: &str, content: &[u8], result: Result<T, Diagnostics>) -> T {
    result.unwrap_or_else(|problems| {
        let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
        panic!(
            "{what} {name}: {}\n{}",
            shown.join("\n"),
            String::from_utf8_lossy(content)
        )
    })
}

const FORMATS: [(Format, &str); 5] = [
    (Format::Yaml, "yaml"),
    (Format::Json, "json"),
    (Format::Dotenv, "env"),
    (Format::Ini, "ini"),
    (Format::Binary, "bin"),
];

const SELECTORS: [Option<(&str, &str)>; 7] = [
    None,
    Some(("unencrypted_suffix", "_unencrypted0")),
    Some(("encrypted_suffix", "_enc1")),
    Some(("unencrypted_regex", "^(name|meta)")),
    Some(("encrypted_regex", r"^(data|stringData)\d$")),
    Some(("unencrypted_comment_regex", "sops:enc")),
    Some(("encrypted_comment_regex", "sops:enc")),
];

/// Every format with every selector: rule, the same as `.sops.yaml`, name of the file, plaintext.
fn cases(sops: &Sops) -> impl Iterator<Item = (Rule, String, String, Vec<u8>)> + '_ {
    let all = FORMATS
        .iter()
        .flat_map(|format| SELECTORS.iter().map(move |selector| (format, selector)));
    all.enumerate()
        .flat_map(move |(case, ((format, extension), selector))| {
            (0..EACH).filter_map(move |number| {
                let seed = u64::try_from(case).expect("small") * 1000 + number;
                let plain = generate::document(*format, seed);
                // Comments of JSON and binary files do not exist.
                let by_comment = selector.is_some_and(|(name, _)| name.contains("comment"));
                if by_comment && matches!(format, Format::Json | Format::Binary) && number > 2 {
                    return None;
                }
                let mut rule = Rule::for_recipients([sops.recipient()]);
                let mut config =
                    format!("creation_rules:\n  - age: {}\n", sops.identity.recipient());
                if let Some((name, pattern)) = selector {
                    rule.selector = Selector::new(name, pattern).expect("a pattern");
                    config.push_str(&format!("    {name}: '{pattern}'\n"));
                }
                if number % 3 == 0 {
                    rule.mac_only_encrypted = true;
                    config.push_str("    mac_only_encrypted: true\n");
                }
                Some((rule, config, format!("doc-{seed}.{extension}"), plain))
            })
        })
}

/// The values of what sops printed, read by encrypting it.
fn plain_values(sops: &Sops, name: &str, plain: &[u8]) -> Vec<(secrets::Path, Value)> {
    let rule = Rule::for_recipients([sops.recipient()]);
    let (content, _) = sops.ours(name, plain, None, &rule);
    good(
        "values",
        name,
        &content,
        values(
            &File::new(name, &content),
            std::slice::from_ref(&sops.identity),
        ),
    )
}

#[test]
fn what_is_written_here_sops_decrypts_and_changes() {
    let Some(sops) = Sops::find() else { return };
    let mut count = 0;
    for (rule, _, name, plain) in cases(&sops) {
        let (content, _) = sops.ours(&name, &plain, None, &rule);
        sops.write(&name, &content);
        let printed = sops.good("ours", &["decrypt", &name]);
        let expected = plain_values(&sops, &name, &plain);
        let got = plain_values(&sops, &name, &printed);
        assert!(
            expected == got || name.ends_with("ini") && printed.is_empty(),
            "{name}: sops reads other values\n{}\n== sops\n{}",
            String::from_utf8_lossy(&plain),
            String::from_utf8_lossy(&printed)
        );
        // `set` reads and writes every value, so each has to be as sops itself writes it.
        if !name.ends_with("bin") {
            let path = if name.ends_with("ini") {
                r#"["new"]["key"]"#
            } else {
                r#"["new_key"]"#
            };
            sops.good("set", &["set", &name, path, r#""changed""#]);
            let changed = std::fs::read(sops.path(&name)).expect("the file");
            let file = File::new(&name, &changed);
            let clear = good(
                "after set",
                &name,
                &changed,
                decrypt(&file, std::slice::from_ref(&sops.identity)),
            );
            assert!(
                String::from_utf8_lossy(&clear.content).contains("changed"),
                "{name}"
            );
        }
        count += 1;
    }
    println!("{count} documents written here, decrypted and changed by sops");
}

#[test]
fn what_sops_writes_is_decrypted_and_changed_here() {
    let Some(sops) = Sops::find() else { return };
    let identities = std::slice::from_ref(&sops.identity);
    let mut count = 0;
    for (rule, config, name, plain) in cases(&sops) {
        sops.write(&name, &plain);
        sops.write(".sops.yaml", config.as_bytes());
        let content = sops.good("theirs", &["encrypt", &name]);
        let file = File::new(&name, &content);
        let got = good("theirs", &name, &content, values(&file, identities));
        assert!(
            got == plain_values(&sops, &name, &plain),
            "{name}: other values than sops encrypted\n{}\n== sops\n{}",
            String::from_utf8_lossy(&plain),
            String::from_utf8_lossy(&content)
        );
        if let Some(folder) = std::env::var_os("ICHOR_SOPS_RECORD")
            && count % 9 == 0
        {
            let folder = Path::new(&folder);
            std::fs::write(folder.join(&name), &content).expect("recorded");
            std::fs::write(folder.join(format!("{name}.plain")), &plain).expect("recorded");
        }
        // Nothing changes where nothing changed, whatever the layout that sops made of it.
        let (again, change) = sops.ours(&name, &plain, Some(&content), &rule);
        assert!(
            change == Change::Unchanged && again == content,
            "{name}: {change:?}\n{}\n== sops\n{}",
            String::from_utf8_lossy(&plain),
            String::from_utf8_lossy(&content)
        );
        if !name.ends_with("bin") {
            let at = if name.ends_with("ini") {
                r#"["new"]["key"]"#
            } else {
                r#"["new_key"]"#
            };
            let path = secrets::Path::parse(at).expect("a path");
            let now = Timestamp::from_unix_seconds(1_800_000_001);
            let changed = good(
                "set",
                &name,
                &content,
                set(
                    &file,
                    &path,
                    &serde_json::json!("changed"),
                    None,
                    identities,
                    now,
                ),
            );
            sops.write(&name, &changed.content);
            let printed = sops.good("set here", &["decrypt", &name]);
            assert!(
                String::from_utf8_lossy(&printed).contains("changed"),
                "{name}"
            );
        }
        count += 1;
    }
    println!("{count} documents written by sops, decrypted and changed here");
}

/// Two branches of a file that sops wrote: sops changed a value on one, we another on the other.
/// sops reads what the merge made, with both changes.
#[test]
fn what_two_branches_changed_merges_and_sops_reads_it() {
    let Some(sops) = Sops::find() else { return };
    let identities = std::slice::from_ref(&sops.identity);
    let documents = [
        (
            "m.yaml",
            "# note\na: one\nb: two\nc:\n    - three\n",
            r#"["a"]"#,
            r#"["b"]"#,
        ),
        (
            "m.json",
            r#"{"a": "one", "b": "two", "c": [3]}"#,
            r#"["a"]"#,
            r#"["b"]"#,
        ),
        ("m.env", "a=one\nb=two\nc=three\n", r#"["a"]"#, r#"["b"]"#),
        (
            "m.ini",
            "[s]\na = one\nb = two\n",
            r#"["s"]["a"]"#,
            r#"["s"]["b"]"#,
        ),
    ];
    let config = format!("creation_rules:\n  - age: {}\n", sops.identity.recipient());
    sops.write(".sops.yaml", config.as_bytes());
    let mut count = 0;
    for (name, plain, first, second) in documents {
        sops.write(name, plain.as_bytes());
        let base = sops.good("base", &["encrypt", name]);
        sops.write(name, &base);
        sops.good("theirs", &["set", name, first, r#""FIRST""#]);
        let theirs = std::fs::read(sops.path(name)).expect("the file");
        let file = |content| File::new(name, content);
        let path = secrets::Path::parse(second).expect("a path");
        let now = |seconds: i64| Timestamp::from_unix_seconds(1_800_000_000 + seconds);
        let value = serde_json::json!("SECOND");
        let ours = set(&file(&base), &path, &value, None, identities, now(1));
        let ours = good("ours", name, &base, ours).content;
        for (left, right) in [(&ours, &theirs), (&theirs, &ours)] {
            let merged = merge(&file(&base), &file(left), &file(right), identities, now(2));
            let merged = good("merged", name, &base, merged).content;
            sops.write(name, &merged);
            let printed = String::from_utf8(sops.good("merged", &["decrypt", name]));
            let printed = printed.expect("a text");
            assert!(
                printed.contains("FIRST") && printed.contains("SECOND"),
                "{name}: {printed}"
            );
            count += 1;
        }
    }
    println!("{count} merges of what sops and we changed, read by sops");
}

/// Key groups, a post-quantum recipient and both together, written by either side.
#[test]
fn key_groups_and_post_quantum_recipients_are_read_by_both() {
    let Some(mut sops) = Sops::find() else { return };
    let (first, second) = (Identity::generate(), Identity::generate_post_quantum());
    let plain = b"a: secret\nb: [1, true]\n";
    let recipient =
        |identity: &Identity| identity.recipient().parse::<Recipient>().expect("its own");
    for (threshold, identities) in [(None, vec![&second]), (Some(2), vec![&first, &second])] {
        let rule = Rule {
            groups: match threshold {
                None => vec![vec![recipient(&first), recipient(&second)]],
                Some(_) => vec![
                    vec![recipient(&first)],
                    vec![recipient(&second)],
                    vec![recipient(&Identity::generate())],
                ],
            },
            threshold,
            ..Rule::default()
        };
        let keys: Vec<_> = identities
            .iter()
            .map(|identity| identity.expose().to_string())
            .collect();
        let text = keys.join("\n");
        let ids: Vec<Identity> = identities.into_iter().cloned().collect();
        let (content, _) = sops.ours("keys.yaml", plain, None, &rule);
        sops.write("keys.yaml", &content);
        assert_eq!(
            sops.with_keys(&text, &["decrypt", "keys.yaml"]),
            b"a: secret\nb:\n    - 1\n    - true\n"
        );
        let mut config = String::from("creation_rules:\n  - key_groups:\n");
        for group in &rule.groups {
            let names: Vec<_> = group.iter().map(ToString::to_string).collect();
            config.push_str(&format!("      - age: [{}]\n", names.join(", ")));
        }
        if let Some(threshold) = threshold {
            config.push_str(&format!("    shamir_threshold: {threshold}\n"));
        }
        sops.write(".sops.yaml", config.as_bytes());
        sops.write("keys.yaml", plain);
        let theirs = sops.with_keys(&text, &["encrypt", "keys.yaml"]);
        let clear = good(
            "theirs",
            "keys.yaml",
            &theirs,
            decrypt(&File::new("keys.yaml", &theirs), &ids),
        );
        assert_eq!(
            clear.content.as_slice(),
            b"a: secret\nb:\n    - 1\n    - true\n"
        );
        sops.identity = first.clone();
    }
}

/// Comments behind flow collections select the same values for both; whatever is refused here,
/// nothing is written that sops would not read.
#[test]
fn comments_at_flow_collections_are_read_by_both() {
    let Some(sops) = Sops::find() else { return };
    let mut rule = Rule::for_recipients([sops.recipient()]);
    rule.selector = Selector::new("encrypted_comment_regex", "enc$").expect("a pattern");
    let config = format!(
        "creation_rules:\n  - age: {}\n    encrypted_comment_regex: enc$\n",
        sops.identity.recipient()
    );
    sops.write(".sops.yaml", config.as_bytes());
    let documents = [
        "k: [a, b] # enc\nl: c\n",
        "k: {x: a, y: b} # enc\nl: c\n",
        "m:\n  - [a, b] # enc\n  - c\n",
        "m:\n  - {a: b, c: d} # enc\n  - c\n",
        "k: [[a, b], # enc\n  [c]]\nl: c\n",
        "k: [[a, b], [c] # enc\n  ]\nl: c\n",
        "k: {x: {z: a}, # enc\n  y: b}\nl: c\n",
        "k: [a, [b, c] # enc\n  , d]\nl: c\n",
        "k:\n  [a,\n  b] # enc\nl: c\n",
        "k: &x [a, b] # enc\nl: c\n",
        "l:\n  -\n    # enc\n    a: x\n    b: z\n  - c\n",
        "l:\n  - # enc\n    a: x\n    b: z\n  - c\n",
        "l:\n- # enc\n  - x\n  - z\n- c\n",
        "l:\n  - # enc\n    x\n  - c\n",
        "{k: a, l: [b, c]} # enc\n",
        "k:\n  - x: [a, b] # enc\n    y: c\n  - d\n",
        "---\nk: [a, b] # enc\n---\nl: [c, d] # enc\n",
    ];
    let count = |content: &[u8]| {
        let status = secrets::status(&File::new("a.yaml", content));
        status
            .expect("readable")
            .expect("encrypted")
            .encrypted_values
    };
    for plain in documents {
        let (ours, _) = sops.ours("a.yaml", plain.as_bytes(), None, &rule);
        sops.write("a.yaml", plain.as_bytes());
        let theirs = sops.good(plain, &["encrypt", "a.yaml"]);
        assert_eq!(count(&ours), count(&theirs), "{plain}");
        sops.write("a.yaml", &ours);
        sops.good(plain, &["decrypt", "a.yaml"]);
    }
}

/// What both make variables of.
#[test]
fn variables_are_those_of_sops() {
    let Some(sops) = Sops::find() else { return };
    let plain = b"t: true\nf: 1.0\nk: 1000.0\ne: 1e21\nm: 1e-7\nb: 123456789.0\nh: 100000.5\ni: 42\nz: -0.0\nd: 2024-01-01T10:11:12.5+02:00\ns: 'True'\n";
    let (ours, _) = sops.ours(
        "a.yaml",
        plain,
        None,
        &Rule::for_recipients([sops.recipient()]),
    );
    sops.write("a.yaml", &ours);
    let printed = sops.good("env", &["exec-env", "--pristine", "a.yaml", "env"]);
    let printed = String::from_utf8(printed).expect("text");
    let file = File::new("a.yaml", &ours);
    for (path, value) in values(&file, std::slice::from_ref(&sops.identity)).expect("ours") {
        let line = format!("{path}={}", String::from_utf8_lossy(&value.printed()));
        assert!(
            printed.lines().any(|other| other == line),
            "{line}: {printed}"
        );
    }
}
