//! Bundles that ichor makes, before the loader and the validation of the machinery.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};
use chacha20::ChaCha20Rng;
use randomness::SeedableRng as _;
use serde_json::{Value, json};
use talos::bundle::Bundle;

use super::Part;
use super::machinery::Machinery;
use super::talhelper;

/// How many new ones.
const NEW: u64 = 3;

/// New bundles, and that of the vectors as it is written back; and what must not pass.
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
    let mut fine = vec![written.to_string()];
    for number in 0..NEW {
        let mut random = ChaCha20Rng::seed_from_u64(number);
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
        let made = Bundle::generate(&mut random, now).context("no bundle")?;
        fine.push(made.to_yaml().to_string());
    }
    let all = fine.iter().map(|text| (text, true));
    let all: Vec<_> = all.chain(broken.iter().map(|text| (text, false))).collect();
    let questions: Vec<Value> = all
        .iter()
        .map(|(text, _)| json!({ "ask": "bundle", "text": text }))
        .collect();
    for machinery in machineries {
        let answers = machinery.ask(&questions)?;
        for (index, ((_, fine), answer)) in all.iter().zip(answers).enumerate() {
            part.cases += 1;
            let name = format!("1.{} bundle {index}", machinery.minor);
            match (fine, answer.error) {
                (true, Some(error)) => part.differs(format!("{name}: refused: {error}")),
                (false, None) => part.differs(format!("{name}: broken, and not refused")),
                _ => {}
            }
        }
    }
    Ok(part)
}
