//! Rules about secrets that are made.

diagnostics::rules! {
    GENERATE_NO_PLACE: error "generate/no-place",
        "A secret that was made is written as an entry of the map that `cluster.yaml` is, so that everything else in the file keeps its place and its comments. Written another way, as a key without `:` in braces, there is nowhere to put it.";
}
