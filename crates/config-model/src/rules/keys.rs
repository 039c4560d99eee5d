//! Rules about files, keys and the types of values.

diagnostics::rules! {
    FILE_EMPTY: error "file/empty",
        "The file has no keys at all, so none of the required ones is set. Start from the commented sample that `ichor init` writes.";
    FILE_NOT_A_MAP: error "file/not-a-map",
        "The file must hold keys with values, one `key: value` a line. A list or a single text at its top has no keys that could be read.";
    FILE_SEVERAL_DOCUMENTS: error "file/several-documents",
        "The file holds several YAML documents separated by `---`. It would be a guess which of them is meant, and readers differ: some take the first, some refuse the file.";
    KEY_UNKNOWN: error "key/unknown",
        "No template reads a key of this name, so whatever it was to set keeps its default: usually it is a misspelling. Keys of a repository's own are declared in `templates/variables.yaml`.";
    KEY_UNDECLARED: warning "key/undeclared",
        "The repository sets keys that nothing declares. They reach its own templates unchecked, so a misspelt key goes unnoticed. `ichor template declare` writes `templates/variables.yaml`, after which keys are checked.";
    KEY_NOT_TEXT: error "key/not-text",
        "The name of a key must be plain text. A list or a map as a key matches no setting.";
    KEY_MISSING: error "key/missing",
        "The key is required: there is no value that would suit every cluster, so there is no default.";
    KEY_EMPTY: error "key/empty",
        "The key is required but has no value, or only an empty one. For an optional key that means the default; a required one has none.";
    KEY_PARTIAL: error "key/partial",
        "`templates/variables.yaml` says that these keys go together: all of them are set, or none. With only some of them, what they configure is half there.";
    KEY_DERIVED: relaxed "key/derived",
        "The value follows from other keys and cannot be set: setting it would contradict them.";
    VALUE_WRONG_TYPE: error "value/wrong-type",
        "The value is of another kind than the key takes, such as a list where one text is expected. The templates would print it in a form that no component reads.";
    VALUE_READ_DIFFERENTLY: warning "value/read-differently",
        "Without quotes, YAML 1.1 readers such as Python's take this text for something else: `1.10` becomes the number 1.1, `12:30` becomes 750, `0644` becomes 420, `yes` becomes true. Here it is taken as it is written; quotes make every reader agree.";
    VALUE_AMBIGUOUS_NUMBER: error "value/ambiguous-number",
        "YAML 1.1 and YAML 1.2 readers see different numbers: `0644` is octal 420 to the one and 644 to the other. It would be a guess which one is meant.";
    VALUE_AMBIGUOUS_BOOLEAN: error "value/ambiguous-boolean",
        "`yes`, `no`, `on` and `off` are truth values in YAML 1.1 and text in YAML 1.2, so programs that read this file disagree. Only `true` and `false` mean the same everywhere.";
    VALUE_NOT_A_CHOICE: error "value/not-a-choice",
        "The key takes one of a few words. Any other would be handed to a component that refuses it, or would silently count as the default.";
    VALUE_OUT_OF_RANGE: error "value/out-of-range",
        "The number is outside the range that the component accepts. For example, fewer than one replica runs nothing, and a link with an MTU below 1450 cannot carry the pod network's tunnel.";
    VALUE_EMPTY_LIST: error "value/empty-list",
        "The list needs at least one entry. Without name servers a node cannot resolve the registry it pulls its images from, and without a domain nothing can be published.";
    VALUE_PLACEHOLDER: error "value/placeholder",
        "The value is the very text that the sample file stands for it with. It was to be replaced with a real one.";
    VALUE_BLANK: error "value/blank",
        "The value consists of white space only, which no service accepts as a credential.";
    VALUE_WHITE_SPACE: error "value/white-space",
        "The token holds white space. Cloudflare's tokens have none, and an HTTP header with it is refused; usually something was copied along.";
    VALUE_CONTROL_CHARACTER: error "value/control-character",
        "The value stands on one line of what is made of it. A line break ends that line early, and no program reads another control character as it was meant.";
    VALUE_INVALID_UUID: error "value/invalid-uuid",
        "Microsoft Entra names tenants and applications by UUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12. Any other text is refused when a token is asked for.";
    VALUE_INVALID_QUANTITY: error "value/invalid-quantity",
        "Kubernetes takes a size as a number with a suffix such as `Mi`, `Gi` or `G`, and refuses a volume whose size is in any other form or not greater than zero.";
    VALUE_INVALID_DURATION: error "value/invalid-duration",
        "The Gateway API takes a duration as one to four whole numbers of at most five digits, each with `h`, `m`, `s` or `ms`, such as `1m30s`, and refuses a route with any other.";
    VALUE_INVALID_LABEL: error "value/invalid-dns-label",
        "The value becomes one label of a host name: 1 to 63 letters, digits and `-`, not starting or ending with `-`. With anything else the name does not resolve.";
    VALUE_INVALID_URL: error "value/invalid-url",
        "The value must be a URL with a scheme and a host, such as `https://example.com/path`, without white space.";
    VARIABLES_INVALID: error "variables/invalid-declaration",
        "`templates/variables.yaml` has two sections, `cluster` and `nodes`; below each stands one entry a key, with `type` and, where wanted, `default`, `required`, `required_with`, `secret`, `generate`, `description`, `choices`, `minimum`, `maximum` and `keys`. In `rules` each entry has `when` with `requires`, or `all_or_none`, and may have a `hint`. Anything else would be ignored, so it is refused.";
    VARIABLES_UNKNOWN_TYPE: error "variables/unknown-type",
        "The declaration names a type that does not exist, so values could not be checked.";
    VARIABLES_INVALID_NAME: error "variables/invalid-name",
        "Templates read a key by its name, so it must be a name in Jinja: letters, digits and `_`, not starting with a digit, and none of Jinja's own words.";
    VARIABLES_INVALID_DEFAULT: error "variables/invalid-default",
        "The default does not satisfy the declaration it stands in, so the key would be wrong whenever it is left out.";
    VARIABLES_CLASH: error "variables/clash",
        "The declaration gives a built-in key another type. The built-in templates and checks rely on the built-in one; a key of the repository's own needs another name.";
    VARIABLES_REDUNDANT: warning "variables/redundant",
        "The declaration repeats a built-in key, whose own declaration stays in force. The lines can go.";
    VARIABLES_UNKNOWN_CONDITION: error "variables/unknown-condition",
        "`required_with` or a rule names a key that is not declared in the same section, so the condition could never hold.";
    VARIABLES_REQUIRED_DEFAULT: warning "variables/required-default",
        "The key is required, so its default is never used. One of the two is a mistake.";
    VERSIONS_INVALID: error "versions/invalid-value",
        "A version must be one word of text. Without quotes some versions are numbers to YAML readers (`1.10` is 1.1), and white space belongs to no version.";
    VERSIONS_OLDER: warning "versions/older-than-templates",
        "The pin is older by a major version (by a minor one before 1.0) than the one the templates were written for. Their values may not exist there yet.";
    VERSIONS_UNKNOWN: warning "versions/unknown-entry",
        "No template set of this program pins a version of this name, but one of nearly this name: the entry seems misspelt, so the pin meant stays at its default.";
    VERSIONS_INVALID_CONTRACT: error "versions/invalid-contract",
        "`talosContract` names the Talos minor version whose machine configuration format is generated, such as `1.13`.";
    CREDENTIALS_BLANK: error "credentials/blank",
        "The file is there but empty. What it is deployed to would start and be refused with every request.";
    CREDENTIALS_NOT_JSON: error "credentials/invalid-tunnel-file",
        "`cloudflare-tunnel.json` must be the JSON object that `cloudflared tunnel create` wrote. It is read when the tunnel's token is made.";
    CREDENTIALS_MISSING_FIELD: error "credentials/missing-field",
        "The tunnel's token is made of `AccountTag`, `TunnelID` and `TunnelSecret`. Without one of them the tunnel cannot connect.";
    CREDENTIALS_TUNNEL: warning "credentials/tunnel-shape",
        "Cloudflare names an account by 32 hexadecimal digits and a tunnel by a UUID, and a tunnel's secret is base64 of at least 32 bytes. With anything else the tunnel cannot connect, though everything can be rendered.";
    CREDENTIALS_AGE_KEY: error "credentials/invalid-age-key",
        "The file must hold an age identity as `age-keygen` writes it: a line that starts with `AGE-SECRET-KEY-1` (X25519) or `AGE-SECRET-KEY-PQ-1` (post-quantum). Nothing could be encrypted or decrypted with anything else.";
    CREDENTIALS_DEPLOY_KEY: error "credentials/invalid-deploy-key",
        "Flux reads the deploy key as an OpenSSH private key without a passphrase. It cannot use a public key, a key with a passphrase or one in another form.";
    CREDENTIALS_DEPLOY_KEY_TYPE: warning "credentials/deploy-key-type",
        "The deploy key is not an ed25519 key. It may work, but some hosts no longer accept the older types.";
    CREDENTIALS_PUSH_TOKEN: error "credentials/invalid-push-token",
        "The push token must be one line: it is compared with the webhook's secret letter by letter, and the form it is entered in takes one line only.";
}
