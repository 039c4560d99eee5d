//! Which files are secrets, told by their names and by a glance at their content.

pub(super) use repository::names::{file_name, is_template};

/// Whether a name says that the file is a secret: `<name>.sops.<ending>`. Templates of such
/// files are none, nor is `.sops.yaml`, which holds the rules.
pub(super) fn is_named(path: &str) -> bool {
    repository::names::is_secret(path) && !is_template(path)
}

/// Whether a file may have SOPS metadata: cheap, and never wrong about one that has none.
pub fn may_be_encrypted(content: &[u8]) -> bool {
    contains(content, b"sops") && contains(content, b"ENC[")
}

/// Whether a YAML file holds Kubernetes objects, none of which is a `Secret`. A rule for
/// whole folders matches such files, too, and does not mean them.
pub(super) fn is_other_object(path: &str, content: &[u8]) -> bool {
    if !path.ends_with(".yaml") && !path.ends_with(".yml") {
        return false;
    }
    let mut kinds = kinds(content).peekable();
    kinds.peek().is_some() && !kinds.any(|kind| kind == "Secret")
}

/// Whether a YAML file holds a Kubernetes `Secret`, told by its lines.
pub(super) fn holds_secret_object(content: &[u8]) -> bool {
    kinds(content).any(|kind| kind == "Secret")
}

fn kinds(content: &[u8]) -> impl Iterator<Item = &str> {
    std::str::from_utf8(content)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("kind:"))
        .map(|kind| kind.split('#').next().unwrap_or_default())
        .map(|kind| kind.trim().trim_matches(['"', '\'']))
}

/// Whether a text may hold a Kubernetes `Secret`: never wrong about one that does.
pub(super) fn is_secret_object(content: &[u8]) -> bool {
    contains(content, b"Secret")
}

pub(super) fn contains(content: &[u8], wanted: &[u8]) -> bool {
    content.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets_from_rules_and_templates() {
        for (path, named) in [
            ("a/secret.sops.yaml", true),
            ("cluster.sops.env", true),
            (".env.sops.json", true),
            (".sops.yaml", false),
            ("a/.sops.yaml", false),
            ("a/secret.sops.yaml.j2", false),
            ("a/secret.yaml", false),
            ("notes.sops", false),
        ] {
            assert_eq!(is_named(path), named, "{path}");
        }
    }

    #[test]
    fn objects_other_than_secrets_are_told() {
        let other = |text: &str| is_other_object("a.yaml", text.as_bytes());
        assert!(other("kind: ConfigMap\ndata: {}\n"));
        assert!(!other("kind: ConfigMap\n---\nkind: \"Secret\" # one\n"));
        assert!(!other("data:\n  kind: ConfigMap\n"));
        assert!(!is_other_object("a.json", b"kind: ConfigMap\n"));
    }
}
