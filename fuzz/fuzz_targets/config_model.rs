//! Both configuration files, parted by the first form feed.
#![no_main]

use config_model::{Input, Templates, parse};
use diagnostics::Source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (cluster, nodes) = text.split_once('\u{c}').unwrap_or((text, ""));
    let parsed = parse(&Input {
        cluster: &Source::new("cluster.yaml", cluster),
        nodes: &Source::new("nodes.yaml", nodes),
        variables: None,
        templates: Templates::BuiltIn,
        used: None,
    });
    assert_eq!(parsed.cluster.is_none(), parsed.diagnostics.has_errors());
    for problem in &parsed.diagnostics {
        assert!(!problem.to_string().is_empty());
    }
});
