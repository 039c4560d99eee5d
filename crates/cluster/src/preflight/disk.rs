//! Which disk Talos would be installed to.

use serde::Deserialize;

use super::expression::means;
use super::glob::glob;
use crate::hardware::Disk;

/// How a configuration names the disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// By its device, or a link to it.
    Path(String),
    /// By what it is.
    Selector(Box<Selector>),
    /// By an expression, as an `UnattendedInstallConfig` has it.
    Expression(String),
}

/// `machine.install.diskSelector`: everything that is set must fit. Texts may hold `*`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Selector {
    /// A size, such as `>= 100GB`.
    pub size: String,
    /// What its maker calls it.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// What drivers know it by.
    pub modalias: String,
    /// Its number.
    pub uuid: String,
    /// Its number in the whole world.
    pub wwid: String,
    /// `ssd`, `hdd`, `nvme` or `sd`.
    pub r#type: String,
    /// Where it is plugged in.
    pub bus_path: String,
}

/// What came of looking for a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'d> {
    /// It is this one; of several, Talos takes the first.
    One(&'d Disk),
    /// There is none.
    None,
    /// It cannot be told from here.
    Unknown,
}

impl Choice {
    /// Looks for the disk as Talos would.
    pub(super) fn find<'d>(&self, disks: &'d [Disk]) -> Found<'d> {
        let one = match self {
            Self::Path(path) => {
                let leads = |disk: &&Disk| disk.dev_path == *path || disk.symlinks.contains(path);
                let found = disks.iter().find(leads);
                // Talos tells the links to its disks since 1.10.
                let tells = disks.iter().any(|disk| !disk.symlinks.is_empty());
                if found.is_none() && path.starts_with("/dev/disk/") && !tells {
                    return Found::Unknown;
                }
                found
            }
            Self::Selector(selector) => disks.iter().find(|disk| selector.fits(disk)),
            Self::Expression(expression) => {
                let verdicts = disks.iter().map(|disk| (disk, means(expression, disk)));
                match { verdicts }.find(|(_, meant)| *meant != Some(false)) {
                    Some((_, None)) => return Found::Unknown,
                    found => found.map(|(disk, _)| disk),
                }
            }
        };
        one.map_or(Found::None, Found::One)
    }

    /// It in a few words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Path(path) => format!("`{path}`"),
            Self::Selector(selector) => selector.words(),
            Self::Expression(expression) => {
                format!("that `{}` means", diagnostics::visible(expression))
            }
        }
    }
}

impl Selector {
    fn texts<'a>(&'a self, disk: &'a Disk) -> [(&'static str, &'a str, &'a str); 6] {
        [
            ("serial", &self.serial, &disk.serial),
            ("model", &self.model, &disk.model),
            ("wwid", &self.wwid, &disk.wwid),
            ("uuid", &self.uuid, &disk.uuid),
            ("modalias", &self.modalias, &disk.modalias),
            ("busPath", &self.bus_path, &disk.bus_path),
        ]
    }

    /// As `machine.install.diskSelector` is read in Talos 1.13: never a disk that cannot be
    /// written to, or that is none by itself.
    fn fits(&self, disk: &Disk) -> bool {
        let kind = match self.r#type.as_str() {
            "" => true,
            "nvme" => disk.transport == "nvme",
            "sd" => disk.transport == "mmc",
            "hdd" => disk.rotational,
            "ssd" => !disk.rotational,
            _ => false,
        };
        let mut texts = self.texts(disk).into_iter();
        disk.is_writable()
            && kind
            && texts.all(|(_, pattern, text)| pattern.is_empty() || glob(pattern, text))
            && (self.size.is_empty() || talos::fields::size_fits(&self.size, disk.size))
    }

    fn words(&self) -> String {
        let none = Disk::default();
        let texts = self.texts(&none).into_iter();
        let texts = texts.map(|(name, pattern, _)| (name, pattern));
        let others = [("size", self.size.as_str()), ("type", self.r#type.as_str())];
        let set: Vec<_> = texts
            .chain(others)
            .filter(|(_, pattern)| !pattern.is_empty())
            .map(|(name, pattern)| format!("{name} `{pattern}`"))
            .collect();
        format!("with {}", set.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Found, Selector, glob};
    use crate::hardware::Disk;

    fn disk(dev_path: &str, serial: &str, transport: &str) -> Disk {
        Disk {
            dev_path: dev_path.to_owned(),
            serial: serial.to_owned(),
            transport: transport.to_owned(),
            size: 500 << 30,
            ..Disk::default()
        }
    }

    #[test]
    fn disks_are_found_as_talos_finds_them() {
        let mut disks = vec![
            disk("/dev/loop0", "", ""),
            disk("/dev/sr0", "S1", "sata"),
            disk("/dev/sda", "S1", "sata"),
            disk("/dev/nvme0n1", "S2", "nvme"),
        ];
        disks[1].cdrom = true;
        disks[2].rotational = true;
        let selected = |selector: Selector| Choice::Selector(Box::new(selector));
        let set = |change: fn(&mut Selector)| {
            let mut selector = Selector::default();
            change(&mut selector);
            selected(selector)
        };
        let cases = [
            (set(|one| one.serial = "S1".into()), Some("/dev/sda")),
            (set(|one| one.serial = "S*".into()), Some("/dev/sda")),
            (set(|one| one.serial = "s1".into()), None),
            (set(|one| one.r#type = "nvme".into()), Some("/dev/nvme0n1")),
            (set(|one| one.r#type = "hdd".into()), Some("/dev/sda")),
            (set(|one| one.r#type = "ssd".into()), Some("/dev/nvme0n1")),
            (set(|one| one.size = ">= 500GB".into()), Some("/dev/sda")),
            (set(|one| one.size = "< 500 GB".into()), None),
            (Choice::Path("/dev/nvme0n1".into()), Some("/dev/nvme0n1")),
            (Choice::Path("/dev/sdb".into()), None),
        ];
        for (choice, path) in &cases {
            let found = match choice.find(&disks) {
                Found::One(disk) => Some(disk.dev_path.as_str()),
                Found::None => None,
                Found::Unknown => panic!("{choice:?}"),
            };
            assert_eq!(found, *path, "{choice:?}");
        }
        let by_id = Choice::Path("/dev/disk/by-id/ata-1".into());
        assert_eq!(by_id.find(&disks), Found::Unknown);
        disks[3].symlinks = vec!["/dev/disk/by-id/nvme-1".into()];
        assert_eq!(by_id.find(&disks), Found::None);
        disks[2].symlinks = vec!["/dev/disk/by-id/ata-1".into()];
        assert_eq!(by_id.find(&disks), Found::One(&disks[2]));
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "axbxc", true),
            ("a*a", "a", false),
            ("a*b*c", "acb", false),
            ("A*", "abc", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }
}
