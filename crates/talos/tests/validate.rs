//! Configurations checked as Talos checks them.

mod support;

use proptest::prelude::*;
use serde_json::Value;
use talos::contract::Contract;
use talos::generate::Role;
use talos::validate::validate;

#[test]
fn what_the_generator_makes_is_fine() {
    for contract in Contract::all() {
        for role in [Role::ControlPlane, Role::Worker] {
            let found = validate(&support::generated(contract, role), contract);
            assert!(found.is_empty(), "{contract} {role:?}: {found:#?}");
        }
    }
}
