//! The disk that Talos is installed to.

use super::text::{InvalidValue, checked_text};
use crate::rules;

checked_text! {
    /// A path below `/dev/`, or a serial number.
    Disk, |text| {
        let invalid = |reason: &str| InvalidValue::new(&rules::NODE_INVALID_DISK, reason);
        if text.trim().is_empty() {
            return Err(invalid("names no disk"));
        }
        if text.chars().any(char::is_control) {
            return Err(invalid("has control characters"));
        }
        let relative = ["dev/", "./", "../"].iter().any(|start| text.starts_with(start));
        if !text.starts_with('/') && !relative {
            return Ok(());
        }
        let Some(device) = text.strip_prefix("/dev/") else {
            let invalid = invalid("is a path that is not below `/dev/`");
            return Err(match text.strip_prefix("dev/") {
                Some(device) => invalid.hint_that(format!("write `/dev/{device}`")),
                None => invalid,
            });
        };
        let well_formed = device
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
            && !device.contains(char::is_whitespace);
        if well_formed {
            Ok(())
        } else {
            Err(invalid("is not the path of a device"))
        }
    }
}

impl Disk {
    /// Whether it is a path and not a serial number.
    pub fn is_path(&self) -> bool {
        self.as_str().starts_with('/')
    }

    /// Whether it is taken for a serial number but looks like a device's name, such as `sda`.
    pub fn looks_like_device(&self) -> bool {
        let text = self.as_str();
        let numbered = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
        let lettered = |rest: &str| {
            (1..=2).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        text.strip_prefix("nvme")
            .is_some_and(|rest| numbered(rest) && rest.contains('n'))
            || text.strip_prefix("mmcblk").is_some_and(numbered)
            || ["sd", "vd", "xvd", "hd"]
                .iter()
                .any(|prefix| text.strip_prefix(prefix).is_some_and(lettered))
    }
}
