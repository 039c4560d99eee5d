//! Expressions in CEL: whether they can be read, and whether their types fit.
//!
//! Talos checks the types of selectors and of the expressions about memory, without running them.

mod check;
mod functions;
mod lex;
mod names;
mod types;

use check::Checker;
use names::Names;

/// Why Talos cannot evaluate an expression of a format of the table, if it cannot.
pub(super) fn fault(format: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let names = Names::of(format)?;
    let wanted = names.result();
    match Checker::read(text, names) {
        Err(why) => Some(why),
        Ok(found) if found == wanted => None,
        Ok(found) => Some(format!("it yields {}, not {}", found.name(), wanted.name())),
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    fn verdict(format: &str, text: &str) -> String {
        fault(format, text).unwrap_or_default()
    }

    #[test]
    fn expressions_that_talos_takes() {
        for (format, text) in [
            ("cel-disk", "system_disk"),
            ("cel-disk", "!system_disk && disk.size > 100u * GiB"),
            (
                "cel-disk",
                "disk.transport == 'nvme' || glob('sd[a-z]', disk.dev_path)",
            ),
            (
                "cel-disk",
                r#"disk.symlinks.exists(x, x.startsWith("/dev/disk/by-id/")) ? true : false"#,
            ),
            ("cel-disk", "'a' in disk.symlinks && size(disk.serial) > 0"),
            (
                "cel-disk",
                "disk.serial.matches('^S4[A-Z]+') && [1, 2][0] == 1",
            ),
            ("cel-volume", "volume.name == \"xfs\" && disk.size >= 1u"),
            (
                "cel-link",
                "glob(\"52:54:*\", mac(link.hardware_addr)) && link.type == 1",
            ),
            ("cel-link", "link.vlan.vid == 5u"),
            (
                "cel-oom-trigger",
                "memory_full_avg10 > 12.0 && time_since_trigger > duration('500ms')",
            ),
            (
                "cel-oom-trigger",
                "multiply_qos_vectors(d_qos_memory_full_total, {System: 8.0, Podruntime: 4.0}) > 3000.0",
            ),
            (
                "cel-oom-rank",
                "memory_max.hasValue() ? 0.0 : {Besteffort: 1.0, Burstable: 0.5}[class] * double(memory_current.orValue(0u))",
            ),
        ] {
            assert_eq!(verdict(format, text), "", "{text}");
        }
    }

    #[test]
    fn expressions_that_it_refuses() {
        let all: Vec<_> = [
            ("cel-disk", "disk.size > 100 * GiB"),
            ("cel-disk", "disk.sise > 1u"),
            ("cel-disk", "disks.size > 1u"),
            ("cel-disk", "disk.size"),
            ("cel-disk", "disk.size >"),
            ("cel-disk", "disk.serial == 'abc"),
            ("cel-disk", "mac(disk.serial) == ''"),
            ("cel-link", "glob(link.hardware_addr, 'x')"),
            ("cel-volume", "true true"),
            ("cel-disk", "disk.rotational && 'x'"),
            ("cel-oom-rank", "1"),
        ]
        .iter()
        .map(|(format, text)| format!("{text}: {}", verdict(format, text)))
        .collect();
        insta::assert_snapshot!(all.join("\n"), @r"
        disk.size > 100 * GiB: `*` does not take a whole number and an unsigned number: write numbers as in `1u`
        disk.sise > 1u: there is no field `sise`, did you mean `size`?
        disks.size > 1u: there is no `disks`, did you mean `disk`?
        disk.size: it yields an unsigned number, not true or false
        disk.size >: a value is wanted before the end
        disk.serial == 'abc: a text has no closing quote
        mac(disk.serial) == '': there is no function `mac` here
        glob(link.hardware_addr, 'x'): `glob` does not take (bytes, text)
        true true: `true` stands where it should end
        disk.rotational && 'x': true or false is wanted, not text
        1: it yields a whole number, not a number with a fraction
        ");
    }

    #[test]
    fn depth_is_limited() {
        let deep = "(".repeat(100_000);
        assert!(fault("cel-disk", &deep).is_some());
        assert!(fault("cel-disk", &"!".repeat(100_000)).is_some());
        assert!(fault("cel-disk", &"true?".repeat(100_000)).is_some());
    }
}
