//! Rules about files of SOPS.

diagnostics::rules! {
    SECRETS_NO_RANDOMNESS: error "secrets/no-randomness",
        "Keys and nonces come from the system's random numbers. Without them, whatever was encrypted could be guessed.";
    SOPS_ALIAS: error "sops/alias",
        "The path leads into what an alias refers to. A change would also show at the anchor, and everywhere else it is used.";
    SOPS_ALREADY_ENCRYPTED: error "sops/already-encrypted",
        "SOPS keeps the key `sops` for itself. A file that has it is encrypted already, or would be taken for one that is.";
    SOPS_CLEAR_TEXT: error "sops/clear-text",
        "The file's own rule says that this value is encrypted, and it stands in the clear. Somebody added it by hand, and whoever has the repository can read it.";
    SOPS_COMMENT_MOVES: error "sops/comment-moves",
        "A comment selects values by where it stands. In the encrypted file it would stand elsewhere and select others, which would be left in the clear or could not be decrypted.";
    SOPS_DAMAGED: error "sops/damaged",
        "An encrypted binary file is JSON with the content in `data`. Without it there is nothing to decrypt.";
    SOPS_DAMAGED_KEY: error "sops/damaged-key",
        "What the file's keys hold is not the data key that its values were encrypted with, so that nobody can decrypt it.";
    SOPS_DAMAGED_MAC: error "sops/damaged-mac",
        "The MAC is encrypted with the time of the last change. One of the two was changed, so that it says nothing about the values.";
    SOPS_DAMAGED_METADATA: error "sops/damaged-metadata",
        "The `sops` block says how to decrypt the file. A part of it is missing or of another kind than SOPS writes.";
    SOPS_DAMAGED_VALUE: error "sops/damaged-value",
        "Each value is encrypted together with its path. This one was cut, changed or moved, and does not decrypt.";
    SOPS_DIGITS_LOST: warning "sops/digits-lost",
        "SOPS keeps a number with fraction in 64 bits. Digits beyond that become others, here as with sops.";
    SOPS_EMPTY: error "sops/empty",
        "SOPS writes its metadata into a map. A file without a document has none.";
    SOPS_GO_YAML: error "sops/go-yaml",
        "sops and Flux read YAML with Go's library, which refuses this, or reads it as something else. The cluster would not have what stands here.";
    SOPS_INI_VALUE_CHANGES: warning "sops/ini-value-changes",
        "sops reads this line of an ini file as something else than it looks like: quotes, `;` and `\\` at the end of a line mean something there.";
    SOPS_INTEGER_TOO_LARGE: error "sops/integer-too-large",
        "sops keeps whole numbers in 64 bits and refuses larger ones.";
    SOPS_KEY_NOT_TEXT: error "sops/key-not-text",
        "SOPS knows values by the names of their keys. A number, a truth value or a list is no name for it.";
    SOPS_MAC_MISMATCH: error "sops/mac-mismatch",
        "The MAC is taken over all values. It does not match, so a value was changed, added or taken out without the key, by mistake or on purpose.";
    SOPS_MAC_RENEWED: warning "sops/mac-renewed",
        "The MAC of the file did not match, and a new one was made for what stands there now. Nobody has proven that this is what was encrypted.";
    SOPS_MERGE_CONFLICT: error "sops/merge-conflict",
        "Two versions of the file differ in a way that cannot be merged by values, or a merge by lines left the marks of git in it.";
    SOPS_NARROW_SELECTOR: error "sops/narrow-selector",
        "The file's own selector leaves values in the clear that the rule in `.sops.yaml` encrypts by now. It is a warning where nothing says that they are secret.";
    SOPS_NO_AGE_KEY: error "sops/no-age-key",
        "The file is encrypted to keys of other kinds, such as PGP or a cloud's, and only age keys can be used here.";
    SOPS_NO_IDENTITY: error "sops/no-identity",
        "None of the identities that were found belongs to a recipient of the file.";
    SOPS_NO_KEYS: error "sops/no-keys",
        "The `sops` block names no key, so that nobody can decrypt the file.";
    SOPS_NO_MAC: error "sops/no-mac",
        "Without a MAC nobody can tell whether values were changed, added or taken out.";
    SOPS_NO_PLACE: error "sops/no-place",
        "The format has no place for such a value: dotenv and ini have no lists, and ini no deeper maps.";
    SOPS_NO_RECIPIENT: error "sops/no-recipient",
        "The rule names nobody to encrypt to, so that nobody could decrypt the file.";
    SOPS_NO_SUCH_VALUE: error "sops/no-such-value",
        "The path names a value, or a document, that the file does not have.";
    SOPS_NOT_A_MAP: error "sops/not-a-map",
        "SOPS encrypts the values of a map. A list or a single value has no keys that rules could select by.";
    SOPS_NOT_ENCRYPTED: error "sops/not-encrypted",
        "The file has no `sops` block, or values that its rule selects stand in the clear.";
    SOPS_NOT_PROVEN: error "sops/not-proven",
        "What was encrypted is read back before it is written. It did not give the same, which is a fault of ichor's.";
    SOPS_PATH_DOES_NOT_FIT: error "sops/path-does-not-fit",
        "The path goes through something that is no map or list, or not of that kind. Setting it would destroy what stands there.";
    SOPS_RECIPIENT_REMOVED: warning "sops/recipient-removed",
        "Whoever was a recipient has the data key of earlier versions, and these are in git's history. Only new secrets are secret from them.";
    SOPS_REGEX_MATCHES_TOKENS: error "sops/regex-matches-tokens",
        "The expression also matches comments once they are encrypted, so that the encrypted file would select other values than this one.";
    SOPS_SELECTOR_WIDENED: warning "sops/selector-widened",
        "A file is encrypted by the selector that it carries. This one's is narrower than its rule's, which it follows from now on.";
    SOPS_UNQUOTED: error "sops/unquoted",
        "A YAML tag or an anchor with nothing behind it is an empty value. Nothing of it would be encrypted, and what was probably meant as text stays in the clear.";
    SOPS_UNREADABLE_COMMENT: warning "sops/unreadable-comment",
        "The comment is encrypted with another key, or was changed. Comments are not part of the MAC, so that the file is whole without it.";
    SOPS_UNSEEN_COMMENT: error "sops/unseen-comment",
        "sops drops a comment behind an opening bracket before it selects by comments. It would leave in the clear what this comment says to encrypt.";
    SOPS_UNWRITABLE: error "sops/unwritable",
        "The format cannot hold this value or comment once it is encrypted or decrypted.";
}
