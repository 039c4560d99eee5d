//! Helm charts in a repository: what lies in their `templates/` is Go's template language,
//! which no YAML reader takes.

/// Whether a file is a template of a Helm chart: below a `templates` folder beside a
/// `Chart.yaml`. `exists` tells which files there are, by the same kind of path.
pub(crate) fn is_template(path: &str, exists: impl Fn(&str) -> bool) -> bool {
    const TEMPLATES: &str = "templates/";
    path.match_indices(TEMPLATES).any(|(at, _)| {
        let chart = &path[..at];
        (chart.is_empty() || chart.ends_with('/')) && exists(&format!("{chart}Chart.yaml"))
    })
}

#[cfg(test)]
mod tests {
    use super::is_template;

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
