//! What of contract 1.14 takes the place of a file of `machine.files`.

/// A document that has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor<'a> {
    /// An `EtcFileConfig` of this name, which is the path below `/etc`.
    Etc(&'a str),
    /// A `CRICustomizationConfig` of this name.
    Runtime(&'static str),
}

/// The file by which the configuration of containerd is added to up to contract 1.13.
const CUSTOMIZATION: &str = "/etc/cri/conf.d/20-customization.part";

/// Files below `/etc` that Talos 1.14 writes itself.
const MANAGED_FILES: [&str; 7] = [
    "extensions.yaml",
    "hosts",
    "localtime",
    "machine-id",
    "os-release",
    "resolv.conf",
    "xattr.conf",
];

/// Folders below `/etc` that Talos 1.14 writes itself.
const MANAGED_FOLDERS: [&str; 12] = [
    "apparmor",
    "apparmor.d",
    "ca-certificates",
    "cni",
    "cri",
    "iscsi",
    "kubernetes",
    "lvm",
    "nvme",
    "pki",
    "selinux",
    "ssl",
];

/// Whether Talos writes what is at a path below `/etc` itself, so that no `EtcFileConfig` can.
pub(crate) fn is_managed(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    MANAGED_FILES.contains(&path) || MANAGED_FOLDERS.contains(&first)
}

/// The document that takes the place of a file, by its path and what is done with it (`create`,
/// `overwrite` or `append`).
///
/// # Errors
///
/// Why no document has it: the file stays in `machine.files`, which Talos 1.14 still reads.
pub fn successor<'a>(path: &'a str, operation: &str) -> Result<Successor<'a>, &'static str> {
    if path == CUSTOMIZATION {
        // Talos keeps the name `customization` for the file itself.
        return Ok(Successor::Runtime("containerd"));
    }
    let Some(name) = path.strip_prefix("/etc/") else {
        return Err("no document has a file outside of `/etc`");
    };
    let mut parts = name.split('/');
    let is_local = parts.all(|part| !matches!(part, "" | "." | ".."));
    if !is_local || name.starts_with('.') {
        return Err("no document has a file of such a name");
    }
    if is_managed(name) {
        return Err("Talos writes what is there itself");
    }
    if !matches!(operation, "create" | "overwrite") {
        return Err("a document has a whole file, and adds nothing to another");
    }
    Ok(Successor::Etc(name))
}

#[cfg(test)]
mod tests {
    use super::{Successor, successor};

    #[test]
    fn each_file_has_a_document_or_a_reason() {
        for (path, operation, expected) in [
            (
                "/etc/nfsmount.conf",
                "overwrite",
                Ok(Successor::Etc("nfsmount.conf")),
            ),
            ("/etc/a/b.conf", "create", Ok(Successor::Etc("a/b.conf"))),
            (
                "/etc/cri/conf.d/20-customization.part",
                "create",
                Ok(Successor::Runtime("containerd")),
            ),
            ("/etc/nfsmount.conf", "append", Err("adds nothing")),
            ("/etc/cri/conf.d/hosts/x", "create", Err("itself")),
            ("/etc/hosts", "create", Err("itself")),
            ("/etc/../x", "create", Err("such a name")),
            ("/etc/.x", "create", Err("such a name")),
            ("/etc/", "create", Err("such a name")),
            ("/var/x", "create", Err("outside")),
        ] {
            match (successor(path, operation), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{path}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{path}: {why}"),
                (found, _) => panic!("{path}: {found:?}"),
            }
        }
    }
}
