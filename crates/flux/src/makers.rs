//! Custom resources whose controllers make Secrets.

use crate::object::Object;

/// Custom resources that make a Secret, and where they say how it is called; where none of the
/// fields is set, it is called as they are.
const MAKERS: &[(&str, &[&[&str]])] = &[
    ("ExternalSecret", &[&["spec", "target", "name"]]),
    ("SealedSecret", &[&["spec", "template", "metadata", "name"]]),
    ("Certificate", &[&["spec", "secretName"]]),
    ("VaultStaticSecret", &[&["spec", "destination", "name"]]),
    ("VaultDynamicSecret", &[&["spec", "destination", "name"]]),
    ("VaultPKISecret", &[&["spec", "destination", "name"]]),
    (
        "InfisicalSecret",
        &[&["spec", "managedSecretReference", "secretName"]],
    ),
    ("DopplerSecret", &[&["spec", "managedSecret", "name"]]),
    (
        "BitwardenSecret",
        &[&["spec", "secretName"], &["spec", "name"]],
    ),
    (
        "AzureKeyVaultSecret",
        &[&["spec", "output", "secret", "name"]],
    ),
    ("OnePasswordItem", &[]),
    ("ObjectBucketClaim", &[]),
    ("SopsSecret", &[]),
];

/// Namespace and name of the Secret that an object has made.
pub(crate) fn secret_of(object: &Object) -> Option<(&str, &str)> {
    let (_, paths) = MAKERS.iter().find(|(kind, _)| *kind == object.kind())?;
    let mut named = paths.iter().map(|path| object.text(path));
    let named = named.find(|name| !name.is_empty());
    Some((object.namespace(), named.unwrap_or(object.name())))
}
