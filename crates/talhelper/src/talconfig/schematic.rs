//! What a boot image is customized with.

use serde::Deserialize;

use super::lists::{Keys, List, Texts, number};

/// A schematic; the default is the one without customizations.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Schematic {
    pub(crate) owner: String,
    pub(crate) overlay: Overlay,
    pub(crate) customization: Customization,
}

/// What single-board computers boot with.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Overlay {
    pub(crate) image: String,
    pub(crate) name: String,
    pub(crate) options: Keys,
}

/// The customizations.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Customization {
    pub(crate) embedded_machine_configuration: String,
    pub(crate) extra_kernel_args: Texts,
    pub(crate) meta: List<Meta>,
    pub(crate) system_extensions: Extensions,
    pub(crate) bootloader: String,
    pub(crate) secureboot: SecureBoot,
    pub(crate) disk_image: DiskImage,
}

/// A value that is written into the partition `META`.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    #[serde(deserialize_with = "number")]
    pub(crate) key: u64,
    pub(crate) value: String,
}

/// System extensions.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Extensions {
    pub(crate) official_extensions: Texts,
}

/// Keys that the firmware takes.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SecureBoot {
    pub(crate) enroll_keys: String,
    pub(crate) include_well_known_certificates: bool,
}

/// How images of disks are made.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DiskImage {
    #[serde(deserialize_with = "number")]
    pub(crate) sector_size: u64,
}
