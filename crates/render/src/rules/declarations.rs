//! Rules about declarations of own keys.

diagnostics::rules! {
    DECLARE_DEFAULT_DIFFERS: note "declare/default-differs",
        "The plugin sets a default for a key that has a built-in one. A file of the repository counts more, so that the plugin's is used.";
    DECLARE_INVALID_NAME: warning "declare/invalid-name",
        "Templates read a key by its name, as a variable. One with other characters than letters, digits and `_` cannot be written there.";
    DECLARE_NOT_RUN: warning "declare/not-run",
        "This code of the plugin makes values in a way that cannot be told from its text. Without running it they are missing.";
    DECLARE_UNREADABLE: error "declare/unreadable",
        "`templates/variables.yaml` cannot be added to, since what stands in it is no map that could take more keys.";
}
