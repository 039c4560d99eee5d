//! What of a cluster cannot be checked with what is at hand.

diagnostics::rules! {
    FLUX_CHART_ABSENT: note "flux/chart-absent",
        "What a chart says of its values, and the kinds that it defines, are known where its archive is in the cache of the repository.";
}
