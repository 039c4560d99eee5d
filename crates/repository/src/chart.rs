//! What has the name of a YAML file and is Go's template language, which no YAML reader takes:
//! the `templates/` of Helm charts, and helmfile's own files.

/// Whether a file is a template of a Helm chart: below a `templates` folder beside a
/// `Chart.yaml`. `exists` tells which files there are, by the same kind of path.
pub fn is_template(path: &str, exists: impl Fn(&str) -> bool) -> bool {
    const TEMPLATES: &str = "templates/";
    path.match_indices(TEMPLATES).any(|(at, _)| {
        let chart = &path[..at];
        (chart.is_empty() || chart.ends_with('/')) && exists(&format!("{chart}Chart.yaml"))
    })
}

/// Whether a file is helmfile's and holds Go's template language, which helmfile runs before
/// it reads YAML.
pub fn is_helmfile(path: &str, content: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = |folder: &str| folder == "helmfile.d" || folder == "helmfile";
    (name.starts_with("helmfile") || path.split('/').any(folder))
        && content.windows(2).any(|bytes| bytes == b"{{")
}

#[cfg(test)]
mod tests {
    use super::{is_helmfile, is_template};

    #[test]
    fn files_of_helmfile_with_templates() {
        for (path, content, is) in [
            ("bootstrap/helmfile.d/01-apps.yaml", "a: {{ .b }}", true),
            ("bootstrap/helmfile.yaml", "{{- range .c }}", true),
            ("bootstrap/helmfile.yaml", "a: b", false),
            ("kubernetes/a.yaml", "a: {{ .b }}", false),
        ] {
            assert_eq!(is_helmfile(path, content.as_bytes()), is, "{path}");
        }
    }

    #[test]
    fn only_what_lies_in_templates_beside_a_chart() {
        let there = [
            "kubernetes/a/chart/Chart.yaml",
            "kubernetes/a/sub-templates/Chart.yaml",
        ];
        let exists = |path: &str| there.contains(&path);
        for path in [
            "kubernetes/a/chart/templates/x.yaml",
            "kubernetes/a/chart/templates/tests/x.yaml",
        ] {
            assert!(is_template(path, exists), "{path}");
        }
        for path in [
            "kubernetes/a/chart/values.yaml",
            "kubernetes/a/chart/crds/x.yaml",
            "kubernetes/a/templates/x.yaml",
            "kubernetes/a/sub-templates/x.yaml",
            "templates/x.yaml",
        ] {
            assert!(!is_template(path, exists), "{path}");
        }
        assert!(is_template("templates/x.yaml", |path| path == "Chart.yaml"));
    }
}
