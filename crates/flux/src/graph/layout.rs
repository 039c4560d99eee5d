//! Where boxes stand: in columns, each to the right of all that have an arrow to it. An arrow over
//! several columns takes a place in each between, so that it crosses no box.

use super::Picture;

/// How often the order within the columns is improved.
const SWEEPS: usize = 12;
/// How many places of arrows there are at most; longer ones go straight.
const BENDS: usize = 5_000;
/// How high a line of text is, in pixels.
pub(super) const LINE: f64 = 16.0;
/// How wide a character is taken to be, in pixels.
const CHARACTER: f64 = 7.7;
/// What is left free within a box.
pub(super) const PADDING: f64 = 8.0;
/// What is left free between columns, and between boxes of one.
const GAP: (f64, f64) = (56.0, 12.0);
/// How many characters of a line are shown.
pub(super) const CHARACTERS: usize = 44;

/// A box in its place, in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Spot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A picture in its place.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Where each box stands.
    pub(super) spots: Vec<Spot>,
    /// Where each arrow passes between its ends.
    pub(super) bends: Vec<Vec<Spot>>,
    /// Width and height of the whole.
    pub(super) size: (f64, f64),
}

/// Items and places of arrows, with what leads where.
struct Net {
    next: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    columns: Vec<Vec<usize>>,
}

/// Lays a picture out.
pub(super) fn of(picture: &Picture) -> Layout {
    let count = picture.items.len();
    let mut direct: Vec<Vec<usize>> = vec![Vec::new(); count];
    for arrow in &picture.arrows {
        if arrow.from != arrow.to
            && arrow.to < count
            && let Some(list) = direct.get_mut(arrow.from)
        {
            list.push(arrow.to);
        }
    }
    let layers = layers(&direct);
    let mut net = Net {
        next: vec![Vec::new(); count],
        before: vec![Vec::new(); count],
        columns: Vec::new(),
    };
    for (item, &layer) in layers.iter().enumerate() {
        net.put(item, layer);
    }
    let mut ways = Vec::with_capacity(picture.arrows.len());
    for arrow in &picture.arrows {
        let ends = layers.get(arrow.from).zip(layers.get(arrow.to));
        let (first, last) = ends.map_or((0, 0), |(from, to)| (*from, *to));
        let mut way = Vec::new();
        let mut previous = arrow.from;
        for layer in first + 1..last {
            if net.next.len() >= count + BENDS {
                break;
            }
            let bend = net.next.len();
            net.next.push(Vec::new());
            net.before.push(Vec::new());
            net.put(bend, layer);
            net.lead(previous, bend);
            way.push(bend);
            previous = bend;
        }
        if first < last {
            net.lead(previous, arrow.to);
        }
        ways.push(way);
    }
    net.order();
    let (spots, size) = net.place(picture);
    let spot = |index: &usize| spots.get(*index).copied().unwrap_or_default();
    Layout {
        bends: ways
            .iter()
            .map(|way| way.iter().map(spot).collect())
            .collect(),
        spots: spots.get(..count).unwrap_or_default().to_vec(),
        size,
    }
}

impl Net {
    fn put(&mut self, item: usize, layer: usize) {
        self.columns
            .resize(self.columns.len().max(layer + 1), Vec::new());
        if let Some(column) = self.columns.get_mut(layer) {
            column.push(item);
        }
    }

    fn lead(&mut self, from: usize, to: usize) {
        if let Some(list) = self.next.get_mut(from) {
            list.push(to);
        }
        if let Some(list) = self.before.get_mut(to) {
            list.push(from);
        }
    }

    /// Sorts each column by where those stand that its items hang together with.
    fn order(&mut self) {
        let mut position = vec![0.0_f64; self.next.len()];
        let update = |column: &[usize], position: &mut [f64]| {
            let length = float(column.len().max(1));
            for (index, &item) in column.iter().enumerate() {
                if let Some(position) = position.get_mut(item) {
                    *position = (float(index) + 0.5) / length;
                }
            }
        };
        for column in &self.columns {
            update(column, &mut position);
        }
        let count = self.columns.len();
        for sweep in 0..SWEEPS {
            let is_forward = sweep % 2 == 0;
            let near = if is_forward { &self.before } else { &self.next };
            for step in 0..count {
                let index = if is_forward { step } else { count - 1 - step };
                let Some(column) = self.columns.get_mut(index) else {
                    continue;
                };
                let key = |item: usize| {
                    let others = near.get(item).into_iter().flatten();
                    let places = others.filter_map(|&other| position.get(other));
                    let (sum, number) =
                        places.fold((0.0, 0), |(sum, number), one| (sum + one, number + 1));
                    let own = position.get(item).copied().unwrap_or_default();
                    if number == 0 {
                        own
                    } else {
                        sum / float(number)
                    }
                };
                let mut keyed: Vec<_> = column.iter().map(|&item| (key(item), item)).collect();
                keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
                *column = keyed.into_iter().map(|(_, item)| item).collect();
                update(column, &mut position);
            }
        }
    }

    fn place(&self, picture: &Picture) -> (Vec<Spot>, (f64, f64)) {
        let sizes: Vec<_> = (0..self.next.len())
            .map(|item| size(picture, item))
            .collect();
        let height = |item: usize| sizes.get(item).map_or(0.0, |size| size.1);
        let mut tops = vec![0.0_f64; sizes.len()];
        for column in &self.columns {
            let mut top = 0.0;
            for &item in column {
                set(&mut tops, item, top);
                top += height(item) + GAP.1;
            }
        }
        let count = self.columns.len();
        for sweep in 0..SWEEPS {
            let is_forward = sweep % 2 == 0;
            let near = if is_forward { &self.before } else { &self.next };
            for step in 0..count {
                let index = if is_forward { step } else { count - 1 - step };
                let column = self
                    .columns
                    .get(index)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let middle =
                    |item: usize| tops.get(item).copied().unwrap_or_default() + height(item) / 2.0;
                let wanted: Vec<f64> = { column.iter() }
                    .map(|&item| {
                        let others = near.get(item).into_iter().flatten();
                        let (sum, number) = others.fold((0.0, 0), |(sum, number), &other| {
                            (sum + middle(other), number + 1)
                        });
                        let own = if number == 0 {
                            middle(item)
                        } else {
                            sum / float(number)
                        };
                        own - height(item) / 2.0
                    })
                    .collect();
                for (item, top) in apart(column, &wanted, height) {
                    set(&mut tops, item, top);
                }
            }
        }
        let first = tops.iter().copied().fold(f64::INFINITY, f64::min);
        let mut spots = vec![Spot::default(); sizes.len()];
        let (mut left, mut bottom) = (GAP.1, 2.0 * GAP.1);
        for column in &self.columns {
            let widths = column.iter().filter_map(|&item| sizes.get(item));
            let width = widths.map(|size| size.0).fold(0.0, f64::max);
            for &item in column {
                let top = tops.get(item).copied().unwrap_or_default() - first + GAP.1;
                if let Some(spot) = spots.get_mut(item) {
                    *spot = Spot {
                        left,
                        top,
                        width,
                        height: height(item),
                    };
                }
                bottom = f64::max(bottom, top + height(item) + GAP.1);
            }
            left += width + GAP.0;
        }
        let width = (left - GAP.0 + GAP.1).max(2.0 * GAP.1);
        (spots, (width, bottom))
    }
}

/// Tops as near to the wanted ones as the order of a column and the gaps in it allow: between what
/// comes of pushing down and what of pushing up.
fn apart(column: &[usize], wanted: &[f64], height: impl Fn(usize) -> f64) -> Vec<(usize, f64)> {
    let mut down = Vec::with_capacity(column.len());
    let mut free = f64::NEG_INFINITY;
    for (&item, &top) in column.iter().zip(wanted) {
        let top = top.max(free);
        free = top + height(item) + GAP.1;
        down.push(top);
    }
    let mut up = Vec::with_capacity(column.len());
    let mut free = f64::INFINITY;
    for (&item, &top) in column.iter().zip(wanted).rev() {
        let top = top.min(free - height(item) - GAP.1);
        free = top;
        up.push(top);
    }
    let both = down.iter().zip(up.iter().rev());
    let tops = both.map(|(down, up)| f64::midpoint(*down, *up));
    column.iter().copied().zip(tops).collect()
}

fn set(tops: &mut [f64], item: usize, to: f64) {
    if let Some(top) = tops.get_mut(item) {
        *top = to;
    }
}

/// Width and height of a box; of the place of an arrow, which has no item.
fn size(picture: &Picture, item: usize) -> (f64, f64) {
    let Some(item) = picture.items.get(item) else {
        return (0.0, 2.0);
    };
    let lines = item.lines.iter().chain(std::iter::once(&item.group));
    let lengths = lines.map(|line| line.chars().count().min(CHARACTERS));
    let count = (item.lines.len() + usize::from(!item.group.is_empty())).max(1);
    let longest = lengths.max().unwrap_or_default().max(6);
    (
        float(longest) * CHARACTER + 2.0 * PADDING,
        float(count) * LINE + 2.0 * PADDING,
    )
}

/// The column of each: one more than the greatest of those that lead to it. An arrow that closes
/// a circle does not count.
fn layers(next: &[Vec<usize>]) -> Vec<usize> {
    let done = reversed_order(next);
    let mut rank = vec![0; next.len()];
    for (position, &item) in done.iter().rev().enumerate() {
        if let Some(rank) = rank.get_mut(item) {
            *rank = position;
        }
    }
    let mut layers = vec![0_usize; next.len()];
    for &item in done.iter().rev() {
        let own = layers.get(item).copied().unwrap_or_default();
        for &to in next.get(item).into_iter().flatten() {
            if rank.get(to) > rank.get(item)
                && let Some(layer) = layers.get_mut(to)
            {
                *layer = (*layer).max(own + 1);
            }
        }
    }
    layers
}

/// Every item after all that it leads to, but for circles.
fn reversed_order(next: &[Vec<usize>]) -> Vec<usize> {
    let mut done = Vec::with_capacity(next.len());
    let mut is_seen = vec![false; next.len()];
    let mut enter = |item: usize| {
        let seen = is_seen.get_mut(item);
        seen.is_some_and(|seen| !std::mem::replace(seen, true))
    };
    for start in 0..next.len() {
        if !enter(start) {
            continue;
        }
        let mut way = vec![(start, 0_usize)];
        while let Some((item, index)) = way.last_mut() {
            let to = next.get(*item).and_then(|list| list.get(*index)).copied();
            *index += 1;
            match to {
                Some(to) if enter(to) => way.push((to, 0)),
                Some(_) => {}
                None => {
                    done.push(*item);
                    way.pop();
                }
            }
        }
    }
    done
}

/// Counts of what is in memory are small.
fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
