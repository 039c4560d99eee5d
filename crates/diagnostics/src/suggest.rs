//! “Did you mean …?”

/// The candidate that `name` is most likely a misspelling of, if one is close enough.
///
/// Case and the difference between `-` and `_` do not count. Of equally close candidates
/// the first wins.
///
/// ```
/// assert_eq!(
///     diagnostics::closest("cluster_api_adr", ["node_cidr", "cluster_api_addr"]),
///     Some("cluster_api_addr"),
/// );
/// assert_eq!(diagnostics::closest("entirely_else", ["node_cidr"]), None);
/// ```
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace('-', "_");
    let wanted = fold(name);
    if wanted.chars().count() > 200 {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(&wanted, &fold(candidate));
        let longest = wanted.chars().count().max(candidate.chars().count());
        // A third of the letters may differ, but never all of a short name.
        let close_enough = distance * 3 <= longest && distance < longest;
        if close_enough && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
