//! Whether a file that a rule matches holds a secret. sops is told of each file by its user; who
//! looks at all files of a folder must not take a rule for the folder for a wish to have
//! `talconfig.yaml`, patches and the README in it encrypted.

use secrets::{CreationRule, File, Format, Selector};

use super::names;

/// What no pattern names that is meant for certain names, with the endings that say nothing of
/// what a file holds.
const ANY_NAMES: [&str; 5] = [
    "\u{1}",
    "\u{1}.yaml",
    "\u{1}.yml",
    "\u{1}.json",
    "\u{1}.txt",
];

/// Words in the name of a file, or the whole name of its folder, that say what is in it.
const WORDS: [&str; 8] = [
    "secret",
    "secrets",
    "talsecret",
    "credential",
    "credentials",
    "password",
    "passwords",
    "vault",
];

/// Private keys as PEM, and the same in base64 behind the key that Talos and Kubernetes give it.
const PRIVATE_KEYS: [&[u8]; 3] = [
    b"PRIVATE KEY-----",
    b"key: LS0tLS1CRUdJTi",
    b"client-key-data: ",
];

/// Whether a file in the clear, whose name does not say so, is meant by the rule that matches it.
pub(super) fn is_secret(shown: &str, content: &[u8], format: Format, rule: &CreationRule) -> bool {
    if names::is_other_object(shown, content) {
        return false;
    }
    let file = File::new(shown, content).with_format(format);
    let told = !is_for_folder(shown, rule)
        || names::holds_secret_object(content)
        || names_what_is_secret(rule) && format != Format::Binary
        || says_secret(shown)
        || PRIVATE_KEYS.iter().any(|key| names::contains(content, key))
        || has_token(content);
    // What Flux fills in stands elsewhere. What cannot be read is told of by whoever reads it.
    told && !secrets::only_references(&file, &rule.rule).unwrap_or(false)
}

/// Whether a line holds a token as Talos and Kubernetes make them: `abcdef.0123456789abcdef`, or
/// a JSON Web Token. A worker's configuration has no private key, and is a secret.
fn has_token(content: &[u8]) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let text = std::str::from_utf8(content).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("token:"))
        .map(|value| value.split(" #").next().unwrap_or_default())
        .map(|value| value.trim().trim_matches(['"', '\'']))
        .any(|value| {
            value.starts_with("eyJ")
                || value
                    .split_once('.')
                    .is_some_and(|(id, secret)| digits(id, 6) && digits(secret, 16))
        })
}

/// Whether the pattern of a rule matches whatever lies in the folder of a file.
fn is_for_folder(shown: &str, rule: &CreationRule) -> bool {
    let folder = shown.strip_suffix(names::file_name(shown)).unwrap_or("");
    rule.path_regex.as_ref().is_none_or(|pattern| {
        ANY_NAMES
            .iter()
            .any(|name| pattern.is_match(format!("{folder}{name}").as_bytes()))
    })
}

/// Whether a rule itself tells what is secret from what is not.
fn names_what_is_secret(rule: &CreationRule) -> bool {
    matches!(
        rule.rule.selector,
        Some(
            Selector::EncryptedRegex(_)
                | Selector::EncryptedSuffix(_)
                | Selector::EncryptedCommentRegex(_)
        )
    )
}

/// Whether a path says that it leads to a secret: `talsecret.yaml`, `db-password.txt`, `.env`,
/// `secrets/a.yaml`. A folder must say nothing else: `external-secrets` holds none.
fn says_secret(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let name = names::file_name(&path);
    let word = |word: &str| WORDS.contains(&word);
    let split = |character: char| !character.is_ascii_alphanumeric();
    name.split(split).any(word)
        || name.split('.').any(|part| part == "env")
        || path
            .split('/')
            .rev()
            .skip(1)
            .any(|folder| word(folder.trim_start_matches('.')))
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;

    use super::*;

    #[test]
    fn a_rule_for_a_folder_needs_more_than_the_folder() {
        let secret = |pattern: &str, path: &str, content: &str| {
            let text = format!("creation_rules:\n  - path_regex: '{pattern}'\n    age: ''\n");
            let rules = secrets::Rules::parse(&Source::new(".sops.yaml", text)).expect("rules");
            let rule = rules.rule_for(path).expect("it matches");
            is_secret(path, content.as_bytes(), Format::of(path), rule)
        };
        for (pattern, path, content, expected) in [
            (
                "talos/.*$",
                "talos/talconfig.yaml",
                "clusterName: x\n",
                false,
            ),
            ("talos/.*$", "talos/patches/a.yaml", "machine: {}\n", false),
            ("talos/.*\\.ya?ml", "talos/talenv.yaml", "a: b\n", false),
            ("talos/.*$", "talos/README.md", "# Talos\n", false),
            ("talos/.*$", "talos/talsecret.yaml", "a: b\n", true),
            (
                "talos/.*$",
                "talos/pki/ca.yaml",
                "key: LS0tLS1CRUdJTiBFRDI\n",
                true,
            ),
            (
                "talos/.*$",
                "talos/id",
                "-----BEGIN PRIVATE KEY-----\n",
                true,
            ),
            ("talos/.*", "talos/.env", "A=b\n", true),
            (
                "talos/.*",
                "talos/worker.yaml",
                "machine:\n  token: abcdef.0123456789abcdef # made up\n",
                true,
            ),
            (
                "talos/.*",
                "talos/a.yaml",
                "machine:\n  token: ${TOKEN}\n",
                false,
            ),
            // A name in the pattern is a name.
            (
                "talos/talconfig\\.yaml",
                "talos/talconfig.yaml",
                "a: b\n",
                true,
            ),
            ("\\.env$", "a/.env", "A=b\n", true),
            ("\\.enc\\.yaml$", "a/b.enc.yaml", "a: b\n", true),
            ("secrets/.*", "secrets/a.yaml", "a: b\n", true),
            (
                "apps/.*",
                "apps/external-secrets/values.yaml",
                "a: b\n",
                false,
            ),
            (
                "apps/.*",
                "apps/a.yaml",
                "apiVersion: v1\nkind: Secret\ndata: {a: YQ==}\n",
                true,
            ),
            (
                "apps/.*",
                "apps/a.yaml",
                "kind: Secret\nstringData: {a: '${B}'}\n",
                false,
            ),
        ] {
            assert_eq!(secret(pattern, path, content), expected, "{pattern} {path}");
        }
    }
}
