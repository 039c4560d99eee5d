//! Which disk an `UnattendedInstallConfig` means: the part of CEL that configurations choose disks
//! with. Whatever is beyond that is not told from here.

use super::glob::glob;
use crate::hardware::Disk;

/// How deep parentheses and negations may be.
const DEEPEST: usize = 16;

/// Whether an expression means a disk; none where that cannot be told from here.
pub(super) fn means(expression: &str, disk: &Disk) -> Option<bool> {
    value(expression, disk, DEEPEST)
}

fn value(text: &str, disk: &Disk, depth: usize) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let text = text.trim();
    // `&&` binds closer.
    for (operator, decides) in [("||", true), ("&&", false)] {
        let parts = split(text, operator)?;
        if parts.len() > 1 {
            let mut known = true;
            for part in parts {
                match value(part, disk, depth) {
                    Some(value) if value == decides => return Some(decides),
                    Some(_) => {}
                    None => known = false,
                }
            }
            return known.then_some(!decides);
        }
    }
    if let Some(rest) = text.strip_prefix('!') {
        return value(rest, disk, depth).map(|value| !value);
    }
    if let Some(inner) = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
    {
        return value(inner, disk, depth);
    }
    match text {
        "true" => return Some(true),
        "false" => return Some(false),
        "disk.readonly" => return Some(disk.readonly),
        "disk.cdrom" => return Some(disk.cdrom),
        "disk.rotational" => return Some(disk.rotational),
        _ => {}
    }
    if let Some(call) = text
        .strip_prefix("glob(")
        .and_then(|text| text.strip_suffix(')'))
    {
        let [pattern, of] = split(call, ",")?.try_into().ok()?;
        return Some(glob(&quoted(pattern)?, field(of, disk)?));
    }
    if let [link, list] = split(text, " in ")?[..]
        && list.trim() == "disk.symlinks"
    {
        return Some(disk.symlinks.contains(&quoted(link)?));
    }
    // The longer ones first.
    for operator in ["==", "!=", ">=", "<=", ">", "<"] {
        let Ok([left, right]) = <[&str; 2]>::try_from(split(text, operator)?) else {
            continue;
        };
        let order = match left.trim() {
            "disk.size" => disk.size.cmp(&size(right)?),
            of if matches!(operator, "==" | "!=") => field(of, disk)?.cmp(&quoted(right)?),
            _ => return None,
        };
        return Some(match operator {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            ">=" => order.is_ge(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_lt(),
        });
    }
    None
}

/// The parts between an operator, outside of texts and parentheses; none where these do not end.
fn split<'t>(text: &'t str, operator: &str) -> Option<Vec<&'t str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut open) = (false, false, 0_usize);
    for (at, one) in text.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => open += 1,
            ')' => open = open.checked_sub(1)?,
            _ if open == 0 && at >= start && text.get(at..)?.starts_with(operator) => {
                parts.push(text.get(start..at)?);
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?);
    (!quoted && open == 0).then_some(parts)
}

/// A text between quotes; none for other forms of one.
fn quoted(text: &str) -> Option<String> {
    serde_json::from_str(text.trim()).ok()
}

/// A field of a disk that is a text.
fn field<'d>(name: &str, disk: &'d Disk) -> Option<&'d str> {
    Some(match name.trim() {
        "disk.dev_path" => &disk.dev_path,
        "disk.model" => &disk.model,
        "disk.serial" => &disk.serial,
        "disk.wwid" => &disk.wwid,
        "disk.uuid" => &disk.uuid,
        "disk.modalias" => &disk.modalias,
        "disk.bus_path" => &disk.bus_path,
        "disk.transport" => &disk.transport,
        _ => return None,
    })
}

/// A number of bytes: `500u`, `100u * GiB`.
fn size(text: &str) -> Option<u64> {
    let mut product = 1_u64;
    for factor in text.split('*').map(str::trim) {
        let factor = match factor {
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "TiB" => 1 << 40,
            // A number without the suffix is of another type, and compares all the same.
            number => number.strip_suffix('u').unwrap_or(number).parse().ok()?,
        };
        product = product.checked_mul(factor)?;
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::means;
    use crate::hardware::Disk;

    #[test]
    fn what_configurations_choose_disks_with_is_read() {
        let disk = Disk {
            dev_path: "/dev/nvme0n1".into(),
            serial: "S1".into(),
            model: "a && b".into(),
            transport: "nvme".into(),
            bus_path: "/pci0000:00/1".into(),
            size: 500_000_000_000,
            symlinks: vec!["/dev/disk/by-id/nvme-1".into()],
            ..Disk::default()
        };
        for (expression, meant) in [
            // As contract 1.14 writes them.
            (r#"disk.dev_path == "/dev/nvme0n1""#, Some(true)),
            (r#"disk.dev_path == "/dev/sda""#, Some(false)),
            (
                r#"disk.dev_path == "/dev/disk/by-id/nvme-1" || "/dev/disk/by-id/nvme-1" in disk.symlinks"#,
                Some(true),
            ),
            (
                r#"glob("S1", disk.serial) && disk.transport != "" && !disk.readonly && !disk.cdrom"#,
                Some(true),
            ),
            (
                r#"disk.size < 1000000000000u && glob("a*", disk.model) && disk.transport != "" && !disk.rotational && glob("/pci*", disk.bus_path)"#,
                Some(true),
            ),
            (
                "disk.size <= 4294967296u && disk.transport != \"\"",
                Some(false),
            ),
            // By hand.
            (
                "disk.size >= 465u * GiB && disk.size == 500u * GB",
                Some(true),
            ),
            (r#"disk.model == "a && b""#, Some(true)),
            (
                r#"disk.rotational || (disk.cdrom || disk.transport == "nvme") && !disk.readonly"#,
                Some(true),
            ),
            (r#"!(disk.transport == "nvme")"#, Some(false)),
            ("disk.cdrom", Some(false)),
            // What decides is known, whatever the rest says.
            ("disk.rotational && system_disk", Some(false)),
            ("true || system_disk", Some(true)),
            // Beyond that.
            ("!system_disk", None),
            (r#"disk.serial.startsWith("S")"#, None),
            (r#"disk.serial > "A""#, None),
            ("disk.size > 1u * disk.io_size", None),
            ("disk.size > 99999999999u * TiB", None),
            (r"disk.serial == 'S1'", None),
            (r#"glob("S1", disk.serial"#, None),
            ("disk.cdrom)", None),
            ("\"", None),
            ("", None),
        ] {
            assert_eq!(means(expression, &disk), meant, "{expression}");
        }
        let deep = format!("{}disk.cdrom{}", "(".repeat(900), ")".repeat(900));
        assert_eq!(means(&deep, &disk), None);
        assert_eq!(means(&"!".repeat(1 << 16), &disk), None);
    }
}
