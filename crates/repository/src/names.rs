//! What a path of a repository is, told by its name alone.

/// The file that says a repository was archived by `template tidy`.
pub const TIDIED: &str = ".ichor/tidied";

/// Every file that must never be committed, with the entry that keeps it out.
///
/// `age.key` and its like are named with a leading `/`, so that only the file at the root
/// is meant.
pub const IGNORED: &[&str] = &[
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
pub fn is_never_committed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if GIT_FILES.contains(&name) {
        return false;
    }
    IGNORED
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
}
