//! The functions and filters that cluster templates get from the plugins of the family.

use insta::assert_snapshot;
use render::{Context, Credentials, Options};

use crate::support::outcome;

fn context() -> Context {
    let tunnel = [("TunnelID", "id-1"), ("AccountTag", "tag"), ("Port", "7")];
    Context::builder()
        .credentials(Credentials {
            age_public: Some("age1public".to_owned()),
            age_private: Some("AGE-SECRET-KEY-1".to_owned().into()),
            cloudflare_tunnel: Some(
                tunnel
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value.to_owned().into()))
                    .collect(),
            ),
            ..Credentials::default()
        })
        .now("2026-01-31T12:00:00")
        .build()
}

#[test]
fn functions_and_filters_of_earlier_and_other_members() {
    let template = "#{ age_public_key() }# #{ age_private_key() }# #{ cloudflare_account_tag() }#\n\
        #{ cloudflare_tunnel('TunnelID') }# #{ cloudflare_tunnel('Port') }# #{ current_datetime() }#\n\
        #{ 'grüß' | b64encode }# #{ 'Z3LDvMOf\\n' | b64decode }# #{ ['a'] | map('b64encode') | first }#\n\
        #{ 'abc' | sha256 }#\n";
    assert_snapshot!(outcome(&[("a.j2", template)], &context(), &Options::default()), @r"
    == a 644
    age1public AGE-SECRET-KEY-1 tag
    id-1 7 2026-01-31T12:00:00
    Z3LDvMOf grüß YQ==
    ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
    ");
}

#[test]
fn what_they_cannot_give_is_told_without_a_value() {
    let templates = [
        ("a.j2", "#{ cloudflare_tunnel('TunnelId') }#"),
        ("b.j2", "#{ 'AA' | b64decode }#"),
        ("c.j2", "#{ 1 | b64encode }#"),
        ("d.j2", "#{ cloudflare_tunnel(1) }#"),
        ("e.j2", "#{ 1 | sha256 }#"),
    ];
    assert_snapshot!(outcome(&templates, &context(), &Options::default()), @r"
    a.j2:1:4: error[template/credential]: `cloudflare-tunnel.json` has no key `TunnelId`
      hint: did you mean `TunnelID`?
    b.j2:1:4: error[template/value]: what `b64decode` was given is no text in base64
    c.j2:1:4: error[template/type]: `b64encode` needs a str, not an int
      hint: make text of it with `| string` first
    d.j2:1:4: error[template/type]: `cloudflare_tunnel` needs the name of a key
    e.j2:1:4: error[template/type]: `sha256` needs a str, not an int
      hint: make text of it with `| string` first
    ");
    let nothing = Context::builder()
        .credentials(Credentials::default())
        .build();
    let asked = "#{ age_public_key() }##{ current_datetime() }#";
    assert_snapshot!(outcome(&[("a.j2", asked)], &nothing, &Options::default()), @r"
    a.j2:1:4: error[template/credential]: the file `age.key` is needed here, but is not there
      hint: in a new repository `ichor init` makes it; otherwise copy it from where it is kept, or name it in `SOPS_AGE_KEY_FILE`
    ");
}
