//! Rules about age keys.

diagnostics::rules! {
    KEYS_DAMAGED_AGE_IDENTITY: error "keys/damaged-age-identity",
        "An age identity ends in a checksum. It does not match, so a part is missing or was changed, and the key opens nothing.";
    KEYS_DAMAGED_RECIPIENT: error "keys/damaged-recipient",
        "An age recipient ends in a checksum. It or the length is wrong, and nobody could decrypt what is encrypted to it.";
    KEYS_NO_AGE_IDENTITY: error "keys/no-age-identity",
        "The file or line holds no private key of age, so it can decrypt nothing.";
    KEYS_NO_RECIPIENT: error "keys/no-recipient",
        "The text is no public key of age, so nothing can be encrypted to it.";
    KEYS_NO_SSH_KEY: error "keys/no-ssh-key",
        "age takes private SSH keys of the kinds `ssh-ed25519` and `ssh-rsa` only. This file holds none.";
    KEYS_PASSPHRASE_PROTECTED: error "keys/passphrase-protected",
        "The key is itself encrypted with a passphrase, and none is asked for, since ichor also runs where nobody could answer.";
    KEYS_PLUGIN_NOT_BUILT_IN: error "keys/plugin-not-built-in",
        "The identity needs a plugin of age, such as one for a hardware token, and this build has no support for plugins.";
    KEYS_PRIVATE_AS_RECIPIENT: error "keys/private-as-recipient",
        "A recipient is public and is written into every file. A private key in its place would be handed to whoever reads one.";
    KEYS_RECIPIENT_NOT_BUILT_IN: error "keys/recipient-not-built-in",
        "The recipient is an SSH key or one of a plugin of age, for which this build has no support.";
}
