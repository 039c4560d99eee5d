//! A talconfig, its variables, and what each file holds that it names, parted by form feeds.
#![no_main]

use std::sync::LazyLock;

use diagnostics::{Diagnostic, Source};
use libfuzzer_sys::fuzz_target;
use talos::bundle::{self, Bundle};
use talos::contract::Contract;
use talhelper::nodes::{Files, Generator, Request};
use talos::patch::documents;
use documents::substitute::dotenv;
use talhelper::talconfig::Talconfig;

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let text = include_str!("../../crates/talos/tests/vectors/talsecret.yaml");
    bundle::read(&Source::new("talsecret.yaml", text)).expect("a whole bundle")
});

/// One text for every name but `gone`.
struct One<'a>(&'a str);

impl Files for One<'_> {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        Ok((path != "gone").then(|| Source::new(path, self.0)))
    }
}

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{c}');
    let talconfig = parts.next().unwrap_or_default();
    let (variables, _) = dotenv(&Source::new(
        "talenv.yaml",
        parts.next().unwrap_or_default(),
    ));
    let files = One(parts.next().unwrap_or_default());
    let source = Source::new("talconfig.yaml", talconfig);
    let (talconfig, problems) = Talconfig::read(&source, &variables);
    ichor_fuzz::shown(&problems);
    let Some(raw) = talconfig.raw() else {
        assert!(problems.has_errors());
        return;
    };
    for contract in ["1.11", "1.13"] {
        let (generator, problems) = Generator::on_trial(Request {
            talconfig: raw,
            bundle: &BUNDLE,
            contract: Contract::parse(contract).expect("a contract"),
            variables: &variables,
            files: &files,
        });
        ichor_fuzz::shown(&problems);
        for index in 0..generator.len().min(4) {
            let (config, found) = generator.node(index);
            ichor_fuzz::shown(&found);
            assert!(!found.has_errors() || config.is_none());
            drop(generator.stages(index));
            let Some(config) = config else {
                assert!(problems.has_errors() || found.has_errors());
                continue;
            };
            // What is written reads back as what it was.
            let (read, found) = documents(&Source::new("config.yaml", config.to_yaml().as_str()));
            assert!(!found.has_errors(), "{found:?}");
            assert!(read == config.documents, "{read:?} {:?}", config.documents);
        }
    }
});
