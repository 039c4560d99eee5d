//! Whole trees without a process: which files are meant, which rule is for them, what stays.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests look at what is on the disk"
)]

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use secrets::Identity;
use testkit::Sandbox;

use repository::View;

use super::*;
use crate::identities::Offered;

const SECRET: &str = "kind: Secret\nstringData:\n  a: hidden\n";

struct Room {
    sandbox: Sandbox,
    identity: Identity,
    asked: Arc<AtomicUsize>,
}

impl Room {
    fn new(rules: &str) -> Self {
        let identity = Identity::generate();
        let sandbox = Sandbox::new("none");
        sandbox.write(".sops.yaml", rules.replace("ME", &identity.recipient()));
        Self {
            sandbox,
            identity,
            asked: Arc::default(),
        }
    }

    fn vault_at(&self, folder: &Utf8Path) -> Vault {
        let key = self.identity.expose();
        let asked = Arc::clone(&self.asked);
        let loader: Loader = Box::new(move || {
            asked.fetch_add(1, Ordering::Relaxed);
            let environment = Offered {
                identities: vec![crate::identities::hidden("key", &key)],
                ..Offered::default()
            };
            (environment, Diagnostics::new())
        });
        Vault::open(&View::on_disk(folder), None, loader).expect("the rules are right")
    }

    fn vault(&self) -> Vault {
        self.vault_at(&self.sandbox.root())
    }

    fn all(&self) -> Vec<Target> {
        let (targets, problems) = targets(
            &View::on_disk(self.sandbox.root()),
            &[Utf8PathBuf::from(".")],
        );
        assert!(problems.is_empty());
        targets
    }

    fn encrypt(&self) -> Vec<String> {
        let report = self.vault().encrypt_all(&self.all(), &|_, _| {});
        assert!(!report.problems.has_errors(), "{:?}", report.problems);
        let done = |file: &&Outcome| file.action == Action::Encrypted;
        let files = report.files.iter().filter(done);
        files.map(|file| file.path.clone()).collect()
    }
}

#[test]
fn a_rule_for_a_folder_means_the_secrets_in_it() {
    let room = Room::new(
        "creation_rules:\n  - path_regex: apps/.*\\.ya?ml\n    encrypted_regex: ^(data|stringData)$\n    age: ME\n",
    );
    for (path, text) in [
        ("apps/a.yaml", SECRET),
        ("apps/b.yaml", "kind: ConfigMap\ndata:\n  a: b\n"),
        ("apps/c.yaml", "resources: [a.yaml]\n"),
        ("apps/d.yaml.j2", SECRET),
        ("apps/values.yaml", "data:\n  a: hidden\n"),
        ("other/e.yaml", SECRET),
        (".git/apps/f.yaml", SECRET),
    ] {
        room.sandbox.write(path, text);
    }
    assert_eq!(room.encrypt(), ["apps/a.yaml", "apps/values.yaml"]);
    assert_eq!(room.encrypt(), Vec::<String>::new());
    assert_eq!(room.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn a_rule_without_a_pattern_tells_no_secret_from_others() {
    let room = Room::new("creation_rules:\n  - age: ME\n");
    room.sandbox.write("a.sops.yaml", "a: hidden\n");
    room.sandbox.write("a.yaml", "a: b\n");
    assert_eq!(room.encrypt(), ["a.sops.yaml"]);
}

#[test]
fn rules_are_found_upward_and_paths_are_relative_to_them() {
    let room = Room::new("creation_rules:\n  - path_regex: ^apps/secret\\.yaml$\n    age: ME\n");
    room.sandbox.write("apps/secret.yaml", "a: hidden\n");
    let inner = room.sandbox.root().join("apps");
    let vault = room.vault_at(&inner);
    let target = Target::named(&View::on_disk(&*inner), "secret.yaml".into());
    let changed = vault.encrypt(&target).expect("there is a rule");
    assert!(changed.content.starts_with(b"a: ENC["));
    assert_eq!(changed.outcome.path, "secret.yaml");
}

#[test]
fn files_keep_their_mode() {
    let room = Room::new("creation_rules:\n  - age: ME\n");
    room.sandbox.write("a.sops.yaml", "a: hidden\n");
    let path = room.sandbox.root().join("a.sops.yaml");
    let mode = || {
        std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode()
            & 0o777
    };
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("ours");
    assert_eq!(room.encrypt().len(), 1);
    assert_eq!(mode(), 0o640);
    let report = room.vault().decrypt_all(&room.all(), &|_, _| {});
    assert_eq!(report.files.len(), 1);
    assert_eq!(
        (mode(), room.sandbox.read("a.sops.yaml").as_str()),
        (0o640, "a: hidden\n")
    );
    assert_eq!(room.asked.load(Ordering::Relaxed), 1);
}

#[test]
fn links_are_not_followed_and_not_replaced() {
    let room = Room::new("creation_rules:\n  - age: ME\n");
    room.sandbox.write("a.txt", "a: hidden\n");
    let link = room.sandbox.root().join("a.sops.yaml");
    std::os::unix::fs::symlink(room.sandbox.root().join("a.txt"), link).expect("linked");
    assert_eq!(room.encrypt(), Vec::<String>::new());
    let target = Target::named(&View::on_disk(room.sandbox.root()), "a.sops.yaml".into());
    let report = room.vault().encrypt_all(&[target], &|_, _| {});
    assert!(report.problems.has_errors());
    assert_eq!(room.sandbox.read("a.txt"), "a: hidden\n");
}

#[test]
fn recipients_come_and_go_with_a_rotation() {
    let room = Room::new("creation_rules:\n  - age: ME\n");
    room.sandbox.write("a.sops.yaml", "a: hidden\n");
    room.encrypt();
    let other = Identity::generate();
    let before = room.sandbox.read("a.sops.yaml");
    let recipients = Recipients {
        add: vec![other.recipient().parse().expect("its own")],
        remove: vec![room.identity.recipient(), "age1nobody".to_owned()],
    };
    let report = room
        .vault()
        .rotate_all(&room.all(), &recipients, &|_, _| {});
    let [file] = &report.files[..] else {
        panic!("one file: {:?}", report.problems)
    };
    assert_eq!(file.action, Action::Rotated);
    assert_eq!(file.added, [other.recipient()]);
    assert_eq!(file.removed, [room.identity.recipient()]);
    let after = room.sandbox.read("a.sops.yaml");
    assert!(!after.contains(&room.identity.recipient()));
    assert_ne!(before.lines().next(), after.lines().next());
    let target = Target::named(&View::on_disk(room.sandbox.root()), "a.sops.yaml".into());
    assert!(room.vault().decrypt(&target).is_err());
    let states = room.vault().states(&[target], false, &|_, _| {});
    assert_eq!(states.files[0].state, State::OtherKeys);
}

#[test]
fn a_recipient_that_cannot_be_used_is_not_left_out_unasked() {
    let other = Identity::generate().recipient();
    let room = Room::new(&format!("creation_rules:\n  - age: ME,{other}\n"));
    room.sandbox.write("a.sops.yaml", "a: hidden\n");
    room.encrypt();
    let text = room
        .sandbox
        .read("a.sops.yaml")
        .replace(&other, "age1broken");
    room.sandbox.write("a.sops.yaml", &text);
    // What is under a wrong MAC is encrypted anew, to those to whom it was.
    let vault = room.vault().with(Overrides {
        ignore_mac: true,
        ..Overrides::default()
    });
    let target = Target::named(&View::on_disk(room.sandbox.root()), "a.sops.yaml".into());
    let editing = vault.edit(&target).expect("it can be decrypted");
    let problems = editing
        .finish(b"a: other\n")
        .expect_err("one is locked out");
    let rules: Vec<_> = problems.iter().map(|problem| problem.rule.id()).collect();
    assert_eq!(rules, ["secrets/unusable-recipient"]);
    assert_eq!(room.sandbox.read("a.sops.yaml"), text);
}

#[test]
fn what_cannot_be_merged_is_said() {
    let keys = Keys::new(&View::on_disk("nowhere"), Box::new(Default::default));
    let merged = |base: &str, ours: &str, theirs: &str| {
        merge(
            "a.sops.yaml",
            [base, ours, theirs].map(str::as_bytes),
            &keys,
        )
        .map(|merged| String::from_utf8_lossy(&merged).into_owned())
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<String>())
    };
    assert_eq!(merged("a", "a", "b").as_deref(), Ok("b"));
    assert_eq!(merged("a", "b", "a").as_deref(), Ok("b"));
    assert_eq!(merged("", "b", "b").as_deref(), Ok("b"));
    let both = merged("", "a", "b").expect_err("both added it");
    assert!(both.contains("both sides added"), "{both}");
    let clear = merged("a", "b", "c").expect_err("nothing is encrypted");
    assert!(clear.contains("in the clear"), "{clear}");
}

#[test]
fn a_file_that_only_speaks_of_sops_is_no_secret() {
    let room = Room::new("creation_rules:\n  - path_regex: talos/.*$\n    age: ME\n");
    room.sandbox.write(
        "talos/README.md",
        "sops writes ENC[AES256_GCM,…] in its place\n",
    );
    room.sandbox.write("talos/a.yaml", "# sops: ENC[\na: b\n");
    assert_eq!(room.encrypt(), Vec::<String>::new());
    // A damaged one still is.
    room.sandbox
        .write("talos/b.yaml", "a: ENC[AES256_GCM,data:\nsops: {\n");
    let report = room.vault().encrypt_all(&room.all(), &|_, _| {});
    assert!(report.problems.has_errors());
}

#[test]
fn what_needs_no_identity_asks_for_none() {
    let room =
        Room::new("creation_rules:\n  - age: ME\n    encrypted_regex: ^(data|stringData)$\n");
    room.sandbox.write("a.sops.yaml", SECRET);
    room.encrypt();
    // A rule that names what is no secret may be meant for other files.
    let rules = room.sandbox.read(".sops.yaml");
    let broad = rules.replace(
        "encrypted_regex: ^(data|stringData)$",
        "unencrypted_suffix: _x",
    );
    room.sandbox.write(".sops.yaml", broad);
    let report = room.vault().encrypt_all(&room.all(), &|_, _| {});
    assert_eq!(report.files[0].action, Action::Unchanged);
    let rules: Vec<_> = report
        .problems
        .iter()
        .map(|problem| problem.rule.id())
        .collect();
    assert_eq!(rules, ["sops/narrow-selector"]);
    assert_eq!(room.asked.load(Ordering::Relaxed), 0);
}
