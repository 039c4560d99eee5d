//! Rules about a repository's own plugin.

diagnostics::rules! {
    PLUGIN_DIFFERS: note "plugin/differs",
        "The plugin computes a value that is built in, and differently. The built-in one is used, unless the repository says otherwise.";
    PLUGIN_NOT_ALLOWED: error "plugin/not-allowed",
        "Templates need what only the plugin gives. It is a program, which can do whatever its user can, so that it runs only where the repository says so.";
    PLUGIN_NOT_FOUND: warning "plugin/not-found",
        "`makejinja.toml` names a plugin whose file does not exist, so that what it gives is missing.";
    PLUGIN_NOT_RUN: error "plugin/not-run",
        "Only the plugin gives this value, and the repository says that it does not run.";
    PLUGIN_PATH_FILTERS: warning "plugin/path-filters",
        "The plugin decides in Python which files are left out. It is not asked, so that those are rendered.";
    PLUGIN_RUNS: note "plugin/runs",
        "Python runs a program of the repository, which can do whatever its user can.";
    PLUGIN_UNSUPPORTED: error "plugin/unsupported",
        "The plugin uses a part of makejinja's interface that has no counterpart here, so that templates may render to something else.";
}
