//! Encryption over a previous file.

use secrets::{
    Change, File, Identity, Path, Request, Rule, encrypt, get, parse_identity_file, replace,
    rotate, set, status, unset, update_keys,
};

use super::*;

const SECRET: &str = "\
# a Secret
apiVersion: v1
kind: Secret
metadata:
  name: demo
stringData:
  # of the database
  user: admin
  password: hunter2 # rotate me
  empty: \"\"
  nothing: null
  config: |
    [main]
    key = value
";

fn secret_rule() -> Rule {
    let mut rule = rule("encrypted_regex", "^(data|stringData)$");
    rule.mac_only_encrypted = true;
    rule
}

#[test]
fn a_new_file_has_the_layout_of_its_plaintext_and_the_metadata_of_sops() {
    let made = good("a.sops.yaml", SECRET, None, &secret_rule());
    assert_eq!(made.change, Change::Created);
    insta::assert_snapshot!(shown("a.sops.yaml", &made.content), @r#"
    # a Secret
    apiVersion: v1
    kind: Secret
    metadata:
      name: demo
    stringData:
      #<comment>
      user: <str>
      password: <str> #<comment>
      empty: ""
      nothing: null
      config: <str>
    sops:
      age:
        - age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
      encrypted_regex: ^(data|stringData)$
      mac_only_encrypted: true
    "#);
    assert_eq!(opened("a.sops.yaml", &made.content), SECRET);
    let text = String::from_utf8(made.content).expect("text");
    assert!(text.contains("\n  lastmodified: \"2026-01-02T03:04:05Z\"\n"));
    assert!(
        text.contains("\n  mac: ENC[AES256_GCM,"),
        "Flux looks for these very bytes"
    );
    assert!(text.contains("\n  mac_only_encrypted: true\n  version: 3.13.3\n"));
}

#[test]
fn what_is_equal_stays_byte_for_byte() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let again = good("a.yaml", SECRET, Some(&made.content), &secret_rule());
    assert_eq!(again.change, Change::Unchanged);
    assert_eq!(again.content, made.content);
}

#[test]
fn one_changed_value_changes_its_token_the_mac_and_the_time() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let new = SECRET.replace("hunter2", "hunter3");
    let again = good("a.yaml", &new, Some(&made.content), &secret_rule());
    let Change::Updated(update) = &again.change else {
        panic!("{:?}", again.change)
    };
    assert_eq!(update.values.len(), 1);
    assert_eq!(update.values[0].to_string(), "stringData.password");
    insta::assert_snapshot!(difference(&made.content, &again.content), @r#"
    -  password:
    +  password:
    -  lastmodified: "2026-01-02T03:04:05Z"
    -  mac:
    +  lastmodified: "2026-01-02T03:04:06Z"
    +  mac:
    "#);
    // The comment behind the value kept its token: the line differs in one of its two.
    let comment = |content: &[u8]| {
        String::from_utf8_lossy(content)
            .lines()
            .find(|line| line.contains("password"))
            .expect("a line")
            .rsplit('#')
            .next()
            .expect("a comment")
            .to_owned()
    };
    assert_eq!(comment(&made.content), comment(&again.content));
    assert_eq!(opened("a.yaml", &again.content), new);
}

#[test]
fn a_new_key_leaves_all_tokens_alone() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let new = SECRET.replace("  empty:", "  added: x\n  empty:");
    let again = good("a.yaml", &new, Some(&made.content), &secret_rule());
    insta::assert_snapshot!(difference(&made.content, &again.content), @r#"
    +  added:
    -  lastmodified: "2026-01-02T03:04:05Z"
    -  mac:
    +  lastmodified: "2026-01-02T03:04:06Z"
    +  mac:
    "#);
    assert_eq!(opened("a.yaml", &again.content), new);
}

#[test]
fn equal_values_of_a_list_keep_a_token_each() {
    let plain = "list:\n- same\n- same\n- other\n";
    let made = good("a.yaml", plain, None, &everything());
    let new = "list:\n- other\n- same\n- same\n- same\n";
    let again = good("a.yaml", new, Some(&made.content), &everything());
    let tokens = |content: &[u8]| {
        let text = String::from_utf8_lossy(content).into_owned();
        let mut tokens: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("- ENC"))
            .map(str::to_owned)
            .collect();
        tokens.sort();
        tokens
    };
    let (old, new_tokens) = (tokens(&made.content), tokens(&again.content));
    assert_eq!(
        new_tokens
            .iter()
            .filter(|token| old.contains(token))
            .count(),
        3
    );
    let mut unique = new_tokens.clone();
    unique.dedup();
    assert_eq!(unique.len(), 4, "no token stands twice");
    assert_eq!(opened("a.yaml", &again.content), new);
}

#[test]
fn a_new_selector_encrypts_just_what_it_must() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let mut wider = rule("encrypted_regex", "^(data|stringData|name)$");
    wider.mac_only_encrypted = true;
    let again = good("a.yaml", SECRET, Some(&made.content), &wider);
    let Change::Updated(update) = &again.change else {
        panic!("{:?}", again.change)
    };
    assert!(update.selector && !update.keys);
    insta::assert_snapshot!(difference(&made.content, &again.content), @r#"
    -  name: demo
    +  name:
    -  encrypted_regex: ^(data|stringData)$
    -  lastmodified: "2026-01-02T03:04:05Z"
    -  mac:
    +  encrypted_regex: ^(data|stringData|name)$
    +  lastmodified: "2026-01-02T03:04:06Z"
    +  mac:
    "#);
    let back = good("a.yaml", SECRET, Some(&again.content), &secret_rule());
    assert_eq!(opened("a.yaml", &back.content), SECRET);
    assert!(String::from_utf8_lossy(&back.content).contains("name: demo\n"));
}

#[test]
fn new_recipients_get_the_data_key_and_nothing_else_changes() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let (second, third) = (Identity::generate(), Identity::generate_post_quantum());
    let mut wider = secret_rule();
    wider.groups[0].extend([recipient(&second), recipient(&third)]);
    let again = good("a.yaml", SECRET, Some(&made.content), &wider);
    let removed = difference(&made.content, &again.content);
    assert!(
        !removed.lines().any(|line| line.starts_with('-')),
        "{removed}"
    );
    for identity in [&second, &third] {
        let clear = decrypt(
            &File::new("a.yaml", &again.content),
            std::slice::from_ref(identity),
        )
        .expect("its own");
        assert_eq!(clear.content.as_slice(), SECRET.as_bytes());
    }
    // The same by `updatekeys`, and back: then the removed ones are named.
    let file = File::new("a.yaml", &again.content);
    let back = update_keys(&file, &secret_rule(), &[identity()]).expect("updated");
    assert_eq!(back.content, made.content);
    assert_eq!(
        back.notes.iter().next().expect("a note").rule.id(),
        "sops/recipient-removed"
    );
    let same =
        update_keys(&File::new("a.yaml", &made.content), &secret_rule(), &[]).expect("unchanged");
    assert_eq!(same.change, Change::Unchanged);
}

#[test]
fn without_an_identity_nothing_is_proven_and_nothing_changes() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let changed = SECRET.replace("hunter2", "other");
    let unproven = |rule: &Rule| {
        encrypt(&Request {
            plaintext: File::new("a.yaml", changed.as_bytes()),
            previous: Some(File::new("a.yaml", &made.content)),
            rule,
            identities: &[],
            now: now(9),
        })
    };
    let kept = unproven(&secret_rule()).expect("kept");
    assert_eq!(
        (kept.change, kept.content),
        (Change::Unproven, made.content.clone())
    );
    let problems = unproven(&everything()).expect_err("the rule changed");
    insta::assert_snapshot!(lines(&problems), @"a.yaml: error[sops/cannot-update]: the rule for this file has changed, and no identity is at hand to encrypt it again");
}

#[test]
fn key_groups_need_their_threshold() {
    let identities = [
        Identity::generate(),
        Identity::generate(),
        Identity::generate(),
    ];
    let mut rule = Rule {
        groups: identities
            .iter()
            .map(|identity| vec![recipient(identity)])
            .collect(),
        threshold: Some(2),
        ..Rule::default()
    };
    let made = good("a.json", "{\"a\": \"b\"}", None, &rule);
    let file = File::new("a.json", &made.content);
    assert!(decrypt(&file, &identities[1..]).is_ok());
    let problems = decrypt(&file, &identities[..1]).err().expect("too few");
    insta::assert_snapshot!(lines(&problems), @"a.json: error[sops/no-identity]: the identities at hand open 1 of the 2 key groups that are needed");
    assert_eq!(
        status(&file)
            .expect("readable")
            .expect("encrypted")
            .threshold,
        Some(2)
    );
    // A change keeps the shares; other groups are a new cut.
    let kept = encrypt(&Request {
        plaintext: File::new("a.json", b"{\"a\": \"c\"}"),
        previous: Some(file),
        rule: &rule,
        identities: &identities,
        now: now(1),
    })
    .expect("encrypted");
    assert!(!String::from_utf8_lossy(&kept.content).contains(": \"b\""));
    rule.groups.pop();
    let fewer = update_keys(&file, &rule, &identities).expect("updated");
    assert!(decrypt(&File::new("a.json", &fewer.content), &identities[..2]).is_ok());
    rule.threshold = Some(3);
    assert!(update_keys(&file, &rule, &identities).is_err());
}

#[test]
fn rotation_changes_every_token_and_every_key() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let rotated =
        rotate(&File::new("a.yaml", &made.content), &[identity()], now(5)).expect("rotated");
    let old = String::from_utf8_lossy(&made.content).into_owned();
    let new = String::from_utf8_lossy(&rotated.content).into_owned();
    for (old, new) in old.lines().zip(new.lines()) {
        assert!(!old.contains("ENC[") || old != new, "{old}");
    }
    assert_eq!(opened("a.yaml", &rotated.content), SECRET);
}

#[test]
fn single_values_are_set_taken_out_and_read() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let path = |text: &str| Path::parse(text).expect("a path");
    let file = File::new("a.yaml", &made.content);
    let ids = [identity()];
    let changed = set(
        &file,
        &path(r#"["stringData"]["user"]"#),
        &serde_json::json!("root"),
        None,
        &ids,
        now(1),
    )
    .expect("set");
    insta::assert_snapshot!(difference(&made.content, &changed.content), @r#"
    -  user:
    +  user:
    -  lastmodified: "2026-01-02T03:04:05Z"
    -  mac:
    +  lastmodified: "2026-01-02T03:04:06Z"
    +  mac:
    "#);
    let file = File::new("a.yaml", &changed.content);
    let value = get(&file, &path(r#"["stringData"]["user"]"#), &ids).expect("there");
    assert_eq!(value.as_text(), Some("root"));
    let same = set(
        &file,
        &path(r#"["stringData"]["user"]"#),
        &serde_json::json!("root"),
        None,
        &ids,
        now(2),
    )
    .expect("set");
    assert_eq!(same.change, Change::Unchanged);
    let nested = set(
        &file,
        &path(r#"["data"]["deep"][0]"#),
        &serde_json::json!({"a": [1, true]}),
        None,
        &ids,
        now(2),
    )
    .expect("set");
    assert!(opened("a.yaml", &nested.content).ends_with("data: {deep: [{a: [1, true]}]}\n"));
    let gone = unset(&file, &path(r#"["stringData"]["config"]"#), &ids, now(3)).expect("unset");
    assert!(!opened("a.yaml", &gone.content).contains("config"));
    let problems =
        unset(&file, &path(r#"["stringData"]["no"]"#), &ids, now(3)).expect_err("nothing there");
    insta::assert_snapshot!(lines(&problems), @"a.yaml: error[sops/no-such-value]: there is no value at `stringData.no`");
    let edited = replace(&file, SECRET.as_bytes(), None, &ids, now(4)).expect("replaced");
    assert_eq!(opened("a.yaml", &edited.content), SECRET);
}

#[test]
fn a_byte_order_mark_is_no_obstacle() {
    for (plain, path) in [
        ("\u{feff}a: x\nb: {c: z}\n", r#"["b"]["c"]"#),
        ("\u{feff}---\na:\n  b: x\n", r#"["a"]["b"]"#),
        ("\u{feff}# why\na: x\n", r#"["a"]"#),
    ] {
        let made = good("a.yaml", plain, None, &everything()).content;
        assert_eq!(opened("a.yaml", &made), plain);
        let file = File::new("a.yaml", &made);
        let path = Path::parse(path).expect("a path");
        set(&file, &path, &"new".into(), None, &[identity()], now(1)).expect("set");
    }
}

#[test]
fn a_value_can_be_set_where_there_was_none() {
    let plain = "a:\nb:\n  # why\nc: {d: , e, \"f\": }\ng:\n-\n- \n- !!str\n- !!null\ni: [!!null , 1]\nk: !!null\nm: {n: !!null , p: !!null }\n";
    let made = good("a.yaml", plain, None, &everything()).content;
    let file = File::new("a.yaml", &made);
    for path in [
        r#"["a"]"#,
        r#"["b"]"#,
        r#"["c"]["d"]"#,
        r#"["c"]["e"]"#,
        r#"["c"]["f"]"#,
        r#"["g"][0]"#,
        r#"["g"][1]"#,
        r#"["g"][2]"#,
        r#"["g"][3]"#,
        r#"["i"][0]"#,
        r#"["k"]"#,
        r#"["m"]["n"]"#,
        r#"["m"]["p"]"#,
    ] {
        let path = Path::parse(path).expect("a path");
        let edited = set(&file, &path, &"new".into(), None, &[identity()], now(1))
            .unwrap_or_else(|problems| panic!("{path}: {}", lines(&problems)));
        let value = get(&File::new("a.yaml", &edited.content), &path, &[identity()]);
        assert_eq!(value.expect("a value").as_text(), Some("new"), "{path}");
    }
}

#[test]
fn a_file_that_was_clear_is_encrypted_with_a_warning() {
    let made = good("a.yaml", SECRET, Some(SECRET.as_bytes()), &secret_rule());
    assert_eq!(made.change, Change::Created);
    insta::assert_snapshot!(lines(&made.notes), @"a.yaml: warning[sops/was-clear]: the file was in the clear until now; whoever saw it knows its secrets");
}

#[test]
fn nothing_shows_a_secret() {
    let made = good("a.yaml", SECRET, None, &secret_rule());
    let broken = String::from_utf8_lossy(&made.content).replace("user: ENC", "user: hunter2 ENC");
    let problems = decrypt(&File::new("a.yaml", broken.as_bytes()), &[identity()])
        .err()
        .expect("broken");
    assert!(!format!("{problems:?}").contains("hunter2"));
    let values =
        secrets::values(&File::new("a.yaml", &made.content), &[identity()]).expect("values");
    assert!(!format!("{values:?}").contains("hunter2"));
    assert!(
        parse_identity_file(&Source::new("x", "hunter2"))
            .is_err_and(|problems| !format!("{problems:?}").contains("hunter2"))
    );
}
