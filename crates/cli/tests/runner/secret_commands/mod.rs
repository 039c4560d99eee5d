//! `secrets`: the words, what they do to files, and what they never do.

mod bad;
mod check;
mod edit;
mod files;
mod generate;
pub(crate) mod git;
mod reports;
mod run;

pub(crate) use git::git;
use testkit::Sandbox;

use crate::fixture;

/// A file in the clear, as an application has it.
pub(crate) const CLEAR: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: demo
stringData:
  user: admin
  # who may see it
  password: hunter2-in-the-clear
  port: '8080'
";

/// Where it stands.
pub(crate) const FILE: &str = "kubernetes/apps/demo/secret.sops.yaml";

/// A repository with a key, rules, and one encrypted file; git knows nothing of it.
pub(crate) fn repository() -> Sandbox {
    let sandbox = rules_only();
    sandbox.write(FILE, CLEAR);
    drop(sandbox.run(["secrets", "encrypt", "-i", FILE]).success());
    sandbox
}

/// The same without the file.
pub(crate) fn rules_only() -> Sandbox {
    let sandbox = fixture("minimal");
    let key = sandbox.read("age.key");
    let recipient = key
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .expect("the fixture's key names its recipient");
    sandbox.write(
        ".sops.yaml",
        format!(
            "creation_rules:\n  - path_regex: talos/.*\\.sops\\.ya?ml\n    mac_only_encrypted: true\n    age: {recipient}\n  - path_regex: (bootstrap|kubernetes)/.*\\.sops\\.(ya?ml|json|env)\n    encrypted_regex: ^(data|stringData)$\n    mac_only_encrypted: true\n    age: {recipient}\n"
        ),
    );
    sandbox
}

/// The path of a value, as sops writes it.
pub(crate) const PASSWORD: &str = r#"["stringData"]["password"]"#;
