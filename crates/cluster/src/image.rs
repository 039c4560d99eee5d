//! References of images, as far as upgrades read them.

/// The length of a schematic's name: SHA-256 in hex.
const SCHEMATIC: usize = 64;

/// The schematic that adds nothing: the name that the Image Factory has for `customization: {}`.
const PLAIN: &str = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";

/// The tag of a reference: `v1.13.9` of `factory.talos.dev/installer/…:v1.13.9@sha256:…`.
pub(crate) fn tag(reference: &str) -> Option<&str> {
    let name = reference.split('@').next()?;
    let (_, tag) = name.rsplit_once(':')?;
    // What is behind the colon of a port is a path.
    (!tag.is_empty() && !tag.contains('/')).then_some(tag)
}

/// The schematic of an installer of an Image Factory: the part of its path that is one.
pub(crate) fn schematic(reference: &str) -> Option<&str> {
    let path = reference.split(['@', ':']);
    path.flat_map(|part| part.split('/'))
        .find(|part| part.len() == SCHEMATIC && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .filter(|found| !reference.ends_with(&format!("@sha256:{found}")))
}

/// Whether what runs is of the schematic that an installer has: a machine without extensions
/// names none.
pub(crate) fn is_schematic(reference: &str, running: Option<&str>) -> bool {
    match (schematic(reference), running) {
        (None, _) => true,
        (Some(wanted), Some(running)) => wanted == running,
        (Some(wanted), None) => wanted == PLAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::{PLAIN, is_schematic, schematic, tag};

    #[test]
    fn references_are_taken_apart() {
        let digest = "a".repeat(64);
        let other = "0123456789abcdef".repeat(4);
        for (reference, tagged, schemed) in [
            (
                "ghcr.io/siderolabs/installer:v1.13.9",
                Some("v1.13.9"),
                None,
            ),
            ("registry:5000/installer", None, None),
            ("registry:5000/installer:v1.13.9", Some("v1.13.9"), None),
            ("installer@sha256:abc", None, None),
            ("", None, None),
            (
                &format!("f/installer/{other}:v1"),
                Some("v1"),
                Some(other.as_str()),
            ),
            (
                &format!("f/installer/{other}:v1@sha256:{digest}"),
                Some("v1"),
                Some(other.as_str()),
            ),
            (&format!("installer:v1@sha256:{digest}"), Some("v1"), None),
        ] {
            assert_eq!(tag(reference), tagged, "{reference}");
            assert_eq!(schematic(reference), schemed, "{reference}");
        }
    }

    #[test]
    fn a_machine_without_extensions_has_the_plain_schematic() {
        let plain = format!("factory.talos.dev/installer/{PLAIN}:v1.13.9");
        let other = format!("factory.talos.dev/installer/{}:v1.13.9", "b".repeat(64));
        assert!(is_schematic(&plain, None));
        assert!(!is_schematic(&other, None));
        assert!(!is_schematic(&other, Some(PLAIN)));
        assert!(is_schematic(
            "ghcr.io/siderolabs/installer:v1.13.9",
            Some(PLAIN)
        ));
    }
}
