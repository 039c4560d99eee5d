//! What the cluster of each fixture gets holds together.

use xtask::stacks;

#[test]
fn what_objects_name_of_each_other_is_there() {
    let clusters = stacks::clusters().unwrap();
    let faults = stacks::missing(&clusters).unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_realm_is_json_with_the_providers_and_clients_that_others_name() {
    let clusters = stacks::clusters().unwrap();
    let faults = stacks::broken(&clusters);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_route_and_policy_has_a_verdict_as_it_is_rendered_now() {
    let clusters = stacks::clusters().unwrap();
    let faults = stacks::unproven(&clusters).unwrap();
    assert!(
        faults.is_empty(),
        "{}\n`cargo xtask oracles stacks --bless` asks Envoy Gateway and Envoy, and records what they say",
        faults.join("\n")
    );
}
