//! Rules about the encrypted files of a repository.

diagnostics::rules! {
    KEYS_SSH_NOT_BUILT_IN: error "keys/ssh-not-built-in",
        "SSH keys can decrypt files of age, and this build has no support for them.";
    KEYS_UNREADABLE: warning "keys/unreadable",
        "Identities are looked for here, and what is here cannot be read. Secrets may then not be decrypted.";
    SECRETS_CLEAR_FILE: error "secrets/clear-file",
        "The name of the file says that it is encrypted, and it is in the clear. Whoever has the repository can read it.";
    SECRETS_CONVERSION_LOSES: warning "secrets/conversion-loses",
        "The other format has no place for what is left out: comments, further documents, the kinds of values.";
    SECRETS_NEVER_COMMIT: error "secrets/never-commit",
        "Files of this name hold secrets in the clear, and stay on the machine. In a commit they are published, and stay in git's history.";
    SECRETS_NO_CONVERSION: error "secrets/no-conversion",
        "The other format has no place for what the file holds, such as a map within a map.";
    SECRETS_NO_RULE: error "secrets/no-rule",
        "No creation rule is for this path, and no recipient was named, so that nothing says to whom it is encrypted.";
    SECRETS_NO_VARIABLE: error "secrets/no-variable",
        "The name of an environment variable has no `=` and no NUL byte, and its value is one text. The key or value does not fit.";
    SECRETS_NOTHING_SELECTED: error "secrets/nothing-selected",
        "The selector selects nothing in the file, so that all of it stays in the clear.";
    SECRETS_PRIVATE_KEY: error "secrets/private-key",
        "A private key of age stands in the file. Whoever has the repository can decrypt everything that is encrypted to it.";
    SECRETS_UNUSABLE_RECIPIENT: error "secrets/unusable-recipient",
        "The file is encrypted to a recipient to which nothing can be encrypted here. Encrypting anew without it would lock its owner out.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
