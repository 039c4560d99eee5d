//! Paths that kustomizations name.

/// A path from a folder, both relative to the repository; none if it leads outside.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a path names something in another repository, or on another host.
pub(super) fn is_remote(path: &str) -> bool {
    let host = |rest: &str| {
        let first = rest.split(['/', ':']).next().unwrap_or_default();
        first.contains('.') && rest.len() > first.len()
    };
    path.contains("://")
        || path.starts_with("git::")
        || path.starts_with("gh:")
        || path.starts_with("github.com/")
        || path.starts_with("github.com:")
        || path.contains("?ref=")
        || path.split_once('@').is_some_and(|(user, rest)| {
            !user.is_empty() && !user.contains(['/', '.']) && host(rest) && rest.contains(':')
        })
}

/// Whether one folder is another, or holds it.
pub(super) fn holds(folder: &str, inner: &str) -> bool {
    folder.is_empty()
        || inner
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a step of the path looks like a slip: `..` within a name.
pub(super) fn is_ambiguous(path: &str) -> bool {
    path.split('/')
        .any(|part| part != ".." && part.contains(".."))
}

#[cfg(test)]
mod tests {
    use super::{holds, is_remote, join};

    #[test]
    fn paths() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", "..").as_deref(), Some(""));
        assert_eq!(join("a", "../.."), None);
        assert!(holds("", "a") && holds("a", "a/b") && holds("a", "a") && !holds("a", "ab"));
        for remote in [
            "https://example.com/a.yaml",
            "github.com/a/b//c?ref=v1",
            "git@example.com:a/b.git",
            "ssh://git@example.com/a",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        assert!(!is_remote("./a.yaml") && !is_remote("../b@c/d.yaml"));
    }
}
