//! Settings for mise, which sets variables for whoever enters the repository's folder.

/// Where they go.
pub(super) const PATH: &str = ".mise.toml";

/// Every name under which a repository may have settings for mise, but those for one person
/// alone (`mise.local.toml`), which add to these.
/// <https://mise.jdx.dev/configuration.html>
pub(super) const NAMES: &[&str] = &[
    ".config/mise.toml",
    ".config/mise/conf.d",
    ".config/mise/config.toml",
    ".config/mise/mise.toml",
    ".mise.toml",
    ".mise/config.toml",
    ".rtx.toml",
    "mise.toml",
    "mise/config.toml",
];

/// The text: where the programs around the cluster find what they need.
pub(super) const SETTINGS: &str = r#"# Read by mise (https://mise.jdx.dev) once `mise trust` was run here.
[env]
KUBECONFIG = "{{config_root}}/kubeconfig"
SOPS_AGE_KEY_FILE = "{{config_root}}/age.key"
TALOSCONFIG = "{{config_root}}/talos/clusterconfig/talosconfig"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_toml_and_name_files_that_are_kept_out_of_git() {
        let settings: toml::Table = SETTINGS.parse().expect("it is TOML");
        let env = settings["env"].as_table().expect("it is a table");
        assert_eq!(env.len(), 3);
        for (name, path) in env {
            let path = path.as_str().expect("it is text");
            let path = path
                .strip_prefix("{{config_root}}/")
                .expect("it is in here");
            assert!(repository::names::is_never_committed(path), "{name}");
        }
        assert!(NAMES.contains(&PATH));
    }
}
