//! Documents about files of the node, its kernel and its container runtime.

use super::labels;
use super::place::{Place, Report};
use super::runtime_spec;

use crate::files::is_managed;
use crate::rules;

/// What `machine.files` is called for the runtime's customization.
const LEGACY: &str = "customization";

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "EtcFileConfig" => file(&document.key("name"), report),
        "CRICustomizationConfig" => customization(&document.key("name"), report),
        "CRIBaseRuntimeSpecConfig" => runtime_spec::check(&document.key("overrides"), report),
        "KernelModuleConfig" => {
            let name = document.key("name");
            if name.is_empty() {
                report.missing(&name, "name the module");
            }
        }
        _ => {
            for (key, place) in document.key("params").entries() {
                if key.is_empty() {
                    report.add(
                        &place,
                        &rules::MACHINE_CONFIG_BAD_NAME,
                        "a parameter of the kernel has no name",
                        "name it, or take it out",
                    );
                }
            }
        }
    }
}

fn file(name: &Place<'_>, report: &mut Report) {
    let path = name.text();
    if path.is_empty() {
        report.missing(name, "name the file by its path below `/etc`");
        return;
    }
    if !is_below(path) || path.starts_with('.') {
        let hint = match path.strip_prefix("/etc/") {
            Some(below) if is_below(below) => format!("write it without `/etc/`: `{below}`"),
            _ => "write it like `nfsmount.conf`".to_owned(),
        };
        report.bad(name, "a path below `/etc`", hint);
        return;
    }
    if is_managed(path) {
        let hint = if path.starts_with("cri/conf.d/") {
            "write a `CRICustomizationConfig`"
        } else {
            "take the document out"
        };
        report.add(
            name,
            &rules::MACHINE_CONFIG_RESERVED,
            format!("Talos writes `/etc/{path}` itself"),
            hint,
        );
    }
}

/// Whether a path stays below where it begins.
fn is_below(path: &str) -> bool {
    let mut depth = 0_i32;
    let inside = path.split('/').all(|part| {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        depth >= 0
    });
    inside && !path.is_empty() && !path.starts_with('/')
}

fn customization(name: &Place<'_>, report: &mut Report) {
    if name.is_empty() {
        report.missing(name, "give the document a name");
    } else if name.text() == LEGACY {
        report.add(
            name,
            &rules::MACHINE_CONFIG_RESERVED,
            format!("`{LEGACY}` is what Talos calls the file of `machine.files`"),
            "use another name",
        );
    } else {
        labels::name(name.text(), name, report);
    }
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn paths_below() {
        for fine in ["a", "a/b.conf", "a/../b", "./a"] {
            assert!(is_below(fine), "{fine}");
        }
        for wrong in ["", "/a", "..", "../a", "a/../../b"] {
            assert!(!is_below(wrong), "{wrong}");
        }
    }
}
