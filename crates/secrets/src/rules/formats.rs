//! Rules about the formats of secret files.

diagnostics::rules! {
    DOTENV_SYNTAX: error "dotenv/syntax",
        "Each line of a dotenv file is `KEY=value`, a comment or blank. sops refuses any other.";
    INI_SYNTAX: error "ini/syntax",
        "Each line of an ini file is a section, `key = value`, a comment or blank. sops refuses any other.";
    JSON_SYNTAX: error "json/syntax",
        "The file is not JSON, so sops cannot read it either.";
}
