//! Whose a problem is.

use std::collections::HashMap;
use std::ops::Range;

use diagnostics::Diagnostic;

use crate::assembled::Kustomization;
use crate::object::Object;

/// Who has what of which file.
pub(super) struct Owners<'a> {
    /// The objects that are written in a file, and who they are of.
    objects: HashMap<&'a str, Vec<(Range<usize>, usize)>>,
    /// Who reads a file last, since roots read those of all.
    files: HashMap<&'a str, usize>,
}

impl<'a> Owners<'a> {
    pub(super) fn new(kustomizations: &'a [Kustomization]) -> Self {
        let mut objects: HashMap<_, Vec<_>> = HashMap::new();
        let mut files = HashMap::new();
        let mut add = |object: &'a Object, index| {
            let place = &object.0.place;
            if let Some(source) = place.source() {
                let all = objects.entry(source.name()).or_default();
                all.push((place.range(), index));
            }
        };
        for (index, one) in kustomizations.iter().enumerate() {
            one.objects.iter().for_each(|object| add(object, index));
            files.extend(one.files.iter().map(|file| (file.as_str(), index)));
        }
        // A Kustomization is itself an object of who applies it; what is wrong with it is its own.
        for (index, one) in kustomizations.iter().enumerate() {
            add(&one.object, index);
        }
        for all in objects.values_mut() {
            // Of equal ones the last stays last.
            all.sort_by_key(|(range, _)| range.start);
        }
        Self { objects, files }
    }

    /// Whose object a problem stands in, or else whose file.
    pub(super) fn of(&self, problem: &Diagnostic) -> Option<usize> {
        let location = problem.location.as_ref()?;
        let file = location.file.as_str();
        let start = location.range.as_ref().map(|range| range.start);
        let object = self.objects.get(file).zip(start).and_then(|(all, start)| {
            let end = all.partition_point(|(range, _)| range.start <= start);
            let (range, index) = all.get(end.checked_sub(1)?)?;
            range.contains(&start).then_some(*index)
        });
        object.or_else(|| self.files.get(file).copied())
    }
}
