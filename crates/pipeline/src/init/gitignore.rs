//! The entries that `.gitignore` must have, because the files hold secrets in the clear.

/// Every file that must never be committed, with the entry that keeps it out.
///
/// `age.key` and its like are named with a leading `/`, so that only the file at the root
/// is meant.
const ENTRIES: &[&str] = &[
    "/age.key",
    "/cloudflare-tunnel.json",
    "/cluster.yaml",
    "/github-deploy.key",
    "/github-deploy.key.pub",
    "/github-push-token.txt",
    "/kubeconfig",
    "/nodes.yaml",
    "/talosconfig",
    "/talos/clusterconfig/",
    "/.private/",
    "/.ichor/journal",
    ".ichor-tmp-*",
];

/// What has an entry for another reason than what it holds.
const HARMLESS: &[&str] = &["/github-deploy.key.pub", "/.ichor/journal", ".ichor-tmp-*"];

/// Files of git's own, which say what is to be left out and hold no secret: a folder that is
/// never committed may be kept by one.
const GIT_FILES: &[&str] = &[".gitignore", ".gitattributes", ".gitkeep", ".keep"];

/// Whether a file, by its path from the root, must never be committed.
pub(crate) fn is_never_committed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if GIT_FILES.contains(&name) {
        return false;
    }
    ENTRIES
        .iter()
        .filter(|entry| !HARMLESS.contains(entry))
        .map(|entry| entry.trim_start_matches('/'))
        .any(|entry| match entry.strip_suffix('/') {
            Some(folder) => path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/')),
            None => path == entry,
        })
}

/// `current` with every missing entry appended, or `None` where none is missing.
///
/// An entry counts as present with or without its leading slash, and a trailing one.
pub(super) fn completed(current: &str) -> Option<String> {
    let plain = |line: &str| line.trim().trim_matches('/').to_owned();
    let present: Vec<_> = current.lines().map(plain).collect();
    let missing: Vec<_> = ENTRIES
        .iter()
        .filter(|entry| !present.contains(&plain(entry)))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut text = current.to_owned();
    if !text.is_empty() {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str("# Secrets and configuration in the clear: never commit these.\n");
    for entry in missing {
        text.push_str(entry);
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_what_lies_below_private_folders_are_never_committed() {
        for (path, never) in [
            ("age.key", true),
            ("talos/clusterconfig/a.yaml", true),
            // talhelper writes it, and so do we.
            ("talos/clusterconfig/.gitignore", false),
            (".private/.gitkeep", false),
            (".private/.git-credentials", true),
            (".private/2026/cluster.yaml", true),
            ("cluster.yaml", true),
            ("cluster.sops.yaml", false),
            ("docs/age.key", false),
            ("github-deploy.key.pub", false),
        ] {
            assert_eq!(is_never_committed(path), never, "{path}");
        }
    }

    #[test]
    fn only_missing_entries_are_appended() {
        let all = completed("").expect("everything is missing");
        assert_eq!(completed(&all), None);
        let text = completed("target\nage.key").expect("most are missing");
        assert!(text.starts_with("target\nage.key\n\n# Secrets"));
        assert!(!text.contains("/age.key\n"));
        assert!(text.contains("\n/cluster.yaml\n"));
    }
}
