//! No problem ever shows a secret, whatever is done with it.

use render::{Context, Credentials, Options, Template, TemplateSet, UndefinedMode, render};

const CANARY: &str = "canary-1f3b9";

/// Every way to use a value, `S` standing for it.
const USES: &[&str] = &[
    "{{ S + 1 }}",
    "{{ 1 + S }}",
    "{{ S - S }}",
    "{{ S * S }}",
    "{{ S / 2 }}",
    "{{ S // 2 }}",
    "{{ S ** 2 }}",
    "{{ S % 2 }}",
    "{{ '%d' % S }}",
    "{{ S % S }}",
    "{{ -S }}",
    "{{ +S }}",
    "{{ S < 1 }}",
    "{{ 1 in S }}",
    "{{ S[S] }}{{ S[S].x }}",
    "{{ S[S:] }}",
    "{{ S.nope.deeper }}",
    "{{ S.nope() }}",
    "{{ S() }}",
    "{{ {S: 1}.x.y }}",
    "{{ {S: 1}[1].y }}",
    "{{ {}[S].y }}",
    "{{ [][S] + 1 }}",
    "{{ {}[S] + 1 }}",
    "{{ [1, 2].index(S) }}",
    "{{ {}.pop(S) }}",
    "{{ S.index('zz') }}",
    "{{ S.join([1]) }}",
    "{{ S.split('') }}",
    "{{ S.split(1) }}",
    "{{ S.center(S) }}",
    "{{ S.center(5, S) }}",
    "{{ S.zfill(S) }}",
    "{{ S.encode(S) }}",
    "{{ S.format() + 1 }}",
    "{{ '{:d}'.format(S) }}",
    "{{ ('{' ~ S).format() }}",
    "{{ ('{' ~ S ~ '}').format() }}",
    "{{ ('{0.' ~ S ~ '}').format(1) }}",
    "{{ ('{:' ~ S ~ '}').format(1) }}",
    "{{ ('%(' ~ S ~ ')s') % {} }}",
    "{{ ('%' ~ S) % 1 }}",
    "{{ S.replace(1, 2) }}",
    "{{ S.startswith(1) }}",
    "{{ S.strip(1) }}",
    "{{ S.partition('') }}",
    "{{ S.nope(S, x=S) }}",
    "{{ range(S) }}",
    "{{ dict(S) }}",
    "{{ namespace(S) }}",
    "{{ cycler(S).nope() }}",
    "{{ joiner(S)(1) }}",
    "{{ lipsum(S) }}",
    "{{ S(a=S) }}",
    "{{ range(**{S: 1}) }}",
    "{{ 'x' | upper(S) }}",
    "{{ 'x' | upper(**{S: 1}) }}",
    "{{ [S] | map(S) | list }}",
    "{{ [S] | select(S) | list }}",
    "{{ [S] | map(attribute=S) | list + 1 }}",
    "{{ [S, 1] | sort }}",
    "{{ [S] | sum }}",
    "{{ [{}, S] | unique | list }}",
    "{{ [S, 1] | min }}",
    "{{ [S] | groupby(S) + 1 }}",
    "{{ S | nope }}",
    "{{ S is nope }}",
    "{{ S is divisibleby 2 }}",
    "{{ S is odd }}",
    "{{ S is sameas }}",
    "{% for a, b in [S] %}{% endfor %}",
    "{% for a, b in S.split('-') %}{% endfor %}",
    "{% for x in S recursive %}{{ loop(1) }}{% endfor %}",
    "{% set a, b, c = S %}",
    "{% set x.y = S %}",
    "{% set x = S %}{% set x.y = 1 %}",
    "{% include S %}",
    "{% include [S, S] %}",
    "{% import S as x %}",
    "{% from S import x %}",
    "{% extends S %}",
    "{% macro m(a) %}{{ a + 1 }}{% endmacro %}{{ m(S) }}",
    "{% macro m() %}{% endmacro %}{{ m(S) }}{{ m(**{S: 1}) }}",
    "{% macro m(a) %}{% endmacro %}{{ m(1, **{S: 1}) }}",
    "{% call S() %}{% endcall %}",
    "{% filter nope %}{{ S }}{% endfilter %}",
    "{% filter round %}{{ S }}{% endfilter %}",
    "{% set x | int | attr(S) %}{{ S }}{% endset %}{{ x.y.z }}",
    "{% with x = S %}{{ x / 0 }}{% endwith %}",
    "{% if S < 1 %}{% endif %}",
    "{{ S if S > 1 }}",
    "{% autoescape S %}{{ S / 1 }}{% endautoescape %}",
    "{% do S.nope %}{% do S + 1 %}",
    "{{ [S] ~ {}[1] ~ (S / 0) }}",
    "{{ {S: S} | tojson / 1 }}",
    "{{ caller(S) }}",
    "{{ super(S) }}",
    "{{ self.nope(S) }}",
    "{{ loop(S) }}",
    "{{ (S ~ S) | attr(1) }}",
    "{{ age_key(S) }}",
    "{{ github_deploy_key(S) }}",
    "{{ S | nthhost(S) }}",
    "{{ '10.0.0.0/8' | nthhost(S) }}",
    "{{ talos_patches(1) }}",
    "{{ unset[S].x + 1 }}",
    "{{ unset.x[S] + 1 }}",
    "{{ age_key('private') / 1 }}",
    "{{ github_push_token() + 1 }}",
    "{{ undefined_thing(S) }}",
    "{{ ({} | attr(S)) + 1 }}",
];

#[test]
fn no_use_of_a_secret_shows_it() {
    let filters = "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape \
                   format groupby indent int items join last length list lower map max min pprint random reject rejectattr \
                   replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate \
                   unique upper urlencode urlize wordcount wordwrap xmlattr basename nthhost";
    let mut texts: Vec<String> = USES.iter().map(|text| (*text).to_owned()).collect();
    for filter in filters.split_whitespace() {
        // Wrong arguments, wrong subjects, and a result that is then misused.
        texts.push(format!("{{{{ S | {filter}(S, S, S, S, S, S, S) }}}}"));
        texts.push(format!("{{{{ S | {filter}(S) + 1 }}}}"));
        texts.push(format!("{{{{ S | {filter}(S, S) / 1 }}}}"));
        texts.push(format!("{{{{ S | {filter} / 1 }}}}"));
        texts.push(format!("{{{{ [S, {{S: S}}] | {filter}(S) / 1 }}}}"));
        texts.push(format!("{{{{ 5 | {filter}(nope=S) }}}}"));
        texts.push(format!("{{{{ {{S: S}} | {filter}(S) / 1 }}}}"));
    }
    let methods = "capitalize casefold center count encode endswith expandtabs find format format_map index isalpha join ljust \
                   lower lstrip partition removeprefix replace rfind rindex rsplit split splitlines startswith strip title zfill";
    for method in methods.split_whitespace() {
        texts.push(format!("{{{{ S.{method}(S, S, S, S, S) / 1 }}}}"));
        texts.push(format!("{{{{ S.{method}(1) / 1 }}}}"));
        texts.push(format!("{{{{ S.{method}(S) / 1 }}}}"));
        texts.push(format!("{{{{ S.{method}({{}}) / 1 }}}}"));
    }
    let mut problems_seen = 0;
    for undefined in [
        UndefinedMode::Declared,
        UndefinedMode::Default,
        UndefinedMode::Debug,
        UndefinedMode::Strict,
    ] {
        let options = Options {
            undefined,
            extensions: render::Extensions {
                expression_statement: true,
                loop_controls: true,
            },
            ..Options::makejinja()
        };
        for text in &texts {
            let text = text.replace('S', "secret");
            let set = TemplateSet::new([Template::new(
                "t.j2",
                text.clone().into_bytes(),
                "t.j2",
                ".j2",
            )]);
            let Err(problems) = render(&set, &context(), &options) else {
                continue;
            };
            problems_seen += 1;
            for problem in &problems {
                let shown = format!("{problem} {problem:?} {:?}", problem.hint);
                assert!(!shown.contains("canary"), "{text}\n{shown}");
            }
        }
    }
    assert!(problems_seen > 500, "only {problems_seen} templates failed");
}

#[test]
fn a_credential_that_is_missing_is_named_where_it_is_needed() {
    insta::assert_snapshot!(crate::support::one(
        "#{ github_deploy_key() }#\n#% if false %##{ age_key('private') }##% endif %#"
    ), @r#"
    t.yaml.j2:1:4: error[template/credential]: the file `github-deploy.key` is needed here, but is not there
      hint: in a new repository `ichor init` makes it; otherwise copy it from where it is kept
    "#);
}

#[test]
fn a_tunnel_that_is_missing_is_none_that_init_makes() {
    let shown = crate::support::one("#{ cloudflare_tunnel_id() }#");
    assert!(shown.contains("cloudflared tunnel create"), "{shown}");
    assert!(!shown.contains("ichor init"), "{shown}");
}

fn context() -> Context {
    let secret = || Some(CANARY.to_owned().into());
    Context::builder()
        .set("secret", CANARY)
        .secret(CANARY.to_owned().into())
        .credentials(Credentials {
            age_private: secret(),
            github_push_token: secret(),
            ..Credentials::default()
        })
        .build()
}
