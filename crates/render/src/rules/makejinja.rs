//! Rules about makejinja's settings and data.

diagnostics::rules! {
    MAKEJINJA_DATA_KEY: error "makejinja/data-key",
        "Only plain values can be the keys of a map in Python. A list or a map cannot.";
    MAKEJINJA_DATA_MERGE_KEY: error "makejinja/data-merge-key",
        "`<<` takes over the entries of a map, or of a list of maps. Anything else has none.";
    MAKEJINJA_DATA_NOT_A_MAP: error "makejinja/data-not-a-map",
        "The top of a data file gives templates their variables by name. A list or a single value has no names.";
    MAKEJINJA_DATA_SYNTAX: error "makejinja/data-syntax",
        "The data file cannot be read in the format that its name says.";
    MAKEJINJA_DATA_VALUE: error "makejinja/data-value",
        "Python's YAML reader refuses this value, so makejinja would stop here.";
    MAKEJINJA_DATA_VARIABLE: error "makejinja/data-variable",
        "A name with dots sets a key inside of a map, and what stands there already is none.";
    MAKEJINJA_EXCLUDED_FOLDER: warning "makejinja/excluded-folder",
        "The pattern matches a folder, and makejinja excludes files by patterns that match the files themselves. Those in the folder are rendered.";
    MAKEJINJA_MISSING_KEY: error "makejinja/missing-key",
        "`output` says which folder the outputs go to. makejinja has no default for it.";
    MAKEJINJA_MISSING_PATH: error "makejinja/missing-path",
        "A file or folder that `makejinja.toml` names does not exist, so what it would give is missing.";
    MAKEJINJA_PATTERN: error "makejinja/pattern",
        "Patterns are matched against paths below the folders of `inputs`. An absolute or empty one matches none.";
    MAKEJINJA_REFUSED_KEY: error "makejinja/refused-key",
        "makejinja follows this setting. Here it would have no effect, or break a promise, such as that only outputs are removed.";
    MAKEJINJA_SYNTAX: error "makejinja/syntax",
        "`makejinja.toml` is not TOML, so no setting in it can be trusted.";
    MAKEJINJA_UNKNOWN_EXTENSION: error "makejinja/unknown-extension",
        "An extension adds statements, filters or tests written in Python. There is none of this name built in, so templates that use it would not render.";
    MAKEJINJA_UNKNOWN_KEY: error "makejinja/unknown-key",
        "makejinja has no such option and refuses to start. It is often a misspelling.";
    MAKEJINJA_UNKNOWN_VALUE: error "makejinja/unknown-value",
        "The option takes certain values only, and makejinja refuses others.";
    MAKEJINJA_WRONG_TYPE: error "makejinja/wrong-type",
        "The option takes another kind of value, such as a list where a text stands.";
}
