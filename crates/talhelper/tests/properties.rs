//! Whatever is read, nothing panics.

use diagnostics::Source;
use documents::substitute::dotenv;
use proptest::prelude::*;
use talhelper::talconfig::Talconfig;
use testkit::texts;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn nothing_panics(base in texts(), patch in texts()) {
        let (variables, _) = dotenv(&Source::new("env", &*base));
        let (read, problems) = Talconfig::read(&Source::new("talconfig", &*patch), &variables);
        prop_assert_eq!(problems.has_errors(), read.valid().is_none());
    }
}
