//! Bundles that ichor makes, before the loader and the validation of the machinery.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Part;
use super::machinery::Machinery;
use super::talhelper;

/// The bundle of the vectors, as it is written back; and what must not pass.
pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("bundles");
    let text = talhelper::bundle()?;
    let source = diagnostics::Source::new("talsecret.yaml", text.as_str());
    let Ok(read) = talos::bundle::read(&source) else {
        bail!("the bundle of the vectors cannot be read");
    };
    let written = read.to_yaml();
    let broken = [
        written.replace("\n    crt: ", "\n    crt: QUJD"),
        written.replacen("  token: ", "  token: [1]\n  other: ", 1),
    ];
    let question = |text: &str| json!({ "ask": "bundle", "text": text });
    let mut questions: Vec<Value> = vec![question(&written)];
    questions.extend(broken.iter().map(|text| question(text)));
    for machinery in machineries {
        for (index, answer) in machinery.ask(&questions)?.into_iter().enumerate() {
            part.cases += 1;
            let name = format!("1.{} bundle {index}", machinery.minor);
            match (index, answer.error) {
                (0, Some(error)) => part.differs(format!("{name}: refused: {error}")),
                (1.., None) => part.differs(format!("{name}: broken, and not refused")),
                _ => {}
            }
        }
    }
    Ok(part)
}
