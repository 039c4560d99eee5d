//! Rules about configuration, keys and templates that do not meet.

diagnostics::rules! {
    DECLARE_EMPTY_PATCHES: note "declare/empty-patches",
        "A patch that renders to nothing would be listed and then be missing, or be refused by Talos. makejinja's plugin lists it all the same.";
    FILE_TWO_CONFIGURATIONS: warning "file/two-configurations",
        "The configuration exists twice, in the clear and encrypted. Only one is used, and changes of the other one have no effect.";
    KEY_UNUSED: warning "key/unused",
        "No template uses the key, so that what it sets has no effect. It may be misspelt.";
    KEYS_MISSING: error "keys/missing",
        "The built-in templates put what this file holds into outputs, and the file is not there.";
    KEYS_TWO_AGE_KEYS: warning "keys/two-age-keys",
        "Two files hold different keys for the same purpose. Only one is used, and what the other one encrypted cannot be read.";
    MAKEJINJA_INPUT_OUTSIDE: error "makejinja/input-outside",
        "Templates are read from inside of the repository. What lies elsewhere is not in git, and others would render something else.";
    TEMPLATE_NOT_DECLARED: warning "template/not-declared",
        "Nothing says which names the repository's templates may use, so that a misspelt one renders to nothing.";
    TEMPLATE_NOT_EJECTED: error "template/not-ejected",
        "Only a template that was ejected has an original recorded to compare it with.";
    VERSIONS_AMBIGUOUS_BUMP: error "versions/ambiguous-bump",
        "Two files that pin the same thing were raised to different versions. Nothing says which one is meant.";
}
