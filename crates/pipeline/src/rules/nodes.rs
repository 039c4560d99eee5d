//! Rules about adding to `nodes.yaml`.

diagnostics::rules! {
    NODES_NO_LIST: error "nodes/no-list",
        "Nodes are added as items of a list with dashes, so that everything else in the file keeps its place and its comments.";
}
