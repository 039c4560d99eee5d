//! Answers of the translator, as it gives them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Remarks, of, on};

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({ "type": kind, "status": status, "reason": reason, "message": "said" })
}

fn object(kind: &str, name: &str) -> Value {
    json!({ "kind": kind, "metadata": { "namespace": "n", "name": name } })
}

fn with(mut object: Value, status: Value) -> Value {
    object["status"] = status;
    object
}

#[test]
fn only_what_is_accepted_and_unopposed_is_no_fault() {
    let accepted = condition("Accepted", "True", "Accepted");
    let ancestor = json!({ "name": "g", "sectionName": "https" });
    let answer = json!({
        "gatewayClass": object("GatewayClass", "c"),
        "gateways": [with(object("Gateway", "g"), json!({
            "conditions": [accepted],
            "listeners": [{
                "name": "https",
                "attachedRoutes": 2,
                "conditions": [condition("ResolvedRefs", "False", "InvalidCertificateRef")],
            }],
        }))],
        "httpRoutes": [with(object("HTTPRoute", "r"), json!({
            "parents": [{ "parentRef": { "name": "g" }, "conditions": [accepted] }],
        }))],
        "securityPolicies": [
            with(object("SecurityPolicy", "good"), json!({
                "ancestors": [{ "ancestorRef": ancestor, "conditions": [accepted] }],
            })),
            with(object("SecurityPolicy", "over"), json!({
                "ancestors": [{ "ancestorRef": ancestor, "conditions": [
                    accepted, condition("Overridden", "True", "Overridden"),
                ] }],
            })),
            with(object("SecurityPolicy", "bad"), json!({
                "ancestors": [{ "ancestorRef": ancestor, "conditions": [condition("Accepted", "False", "Conflicted")] }],
            })),
        ],
    });
    let said = of(&answer);
    let mut remarks = Remarks {
        known: BTreeMap::from([
            (
                "SecurityPolicy n/over Overridden".to_owned(),
                "meant".to_owned(),
            ),
            (
                "SecurityPolicy n/gone Overridden".to_owned(),
                "was meant".to_owned(),
            ),
        ]),
        seen: BTreeSet::new(),
    };
    for (kind, name, words, faults) in [
        ("GatewayClass", "c", "read", &[][..]),
        (
            "Gateway",
            "g",
            "Accepted, https has 2 routes, https not ResolvedRefs (InvalidCertificateRef)",
            &["Gateway n/g: https not ResolvedRefs (InvalidCertificateRef): said"],
        ),
        ("HTTPRoute", "r", "g Accepted", &[]),
        // A stand-in of the same name.
        ("AIGatewayRoute", "r", "g Accepted", &[]),
        ("SecurityPolicy", "good", "g/https Accepted", &[]),
        (
            "SecurityPolicy",
            "over",
            "g/https Accepted, g/https Overridden (Overridden)",
            &[],
        ),
        (
            "SecurityPolicy",
            "bad",
            "g/https not Accepted (Conflicted)",
            &["SecurityPolicy n/bad: g/https not Accepted (Conflicted): said"],
        ),
        (
            "HTTPRoute",
            "forgotten",
            "",
            &["HTTPRoute n/forgotten: nothing is said of it"],
        ),
    ] {
        let verdict = on(&object(kind, name), &said, &mut remarks);
        assert_eq!(verdict.words, words, "{kind} {name}");
        assert_eq!(verdict.faults, faults, "{kind} {name}");
    }
    assert_eq!(
        remarks.unused(),
        ["remarks.txt: `SecurityPolicy n/gone Overridden` is said of nothing"]
    );
}
