//! The values that templates get in the end: those of the release over the defaults of the chart
//! and of the charts within it.
//!
//! Source of the behaviour: Helm 4.3.1, `chart/common/util/coalesce` and
//! `chart/v2/util/dependencies`.

use super::package::{Dependency, Package, empty};
use super::version::{Range, version};
use crate::value::{Data, Field, Map, Place, Value};

/// The key of values that every chart sees.
const GLOBAL: &str = "global";

/// What Helm refuses: the values of a chart within the chart are no map.
#[derive(Debug)]
pub(crate) struct NoMap {
    /// The name of that chart.
    pub(crate) name: String,
    /// Where its values are written.
    pub(crate) place: Place,
}

/// The chart with the charts within it that the values leave switched on, under the names that
/// the values call them by.
pub(crate) fn switched(package: &Package, values: &Value) -> Result<Package, NoMap> {
    let mut package = package.clone();
    switch(&mut package, values, "")?;
    import(&mut package)?;
    Ok(package)
}

/// Values over the defaults of a chart that is [`switched`].
pub(crate) fn overlaid(package: &Package, values: &Value) -> Result<Value, NoMap> {
    coalesced(package, values, false)
}

/// `merges` keeps nulls.
fn coalesced(package: &Package, values: &Value, merges: bool) -> Result<Value, NoMap> {
    let mut values = values.clone();
    if values.as_map().is_none() {
        values = Value::new(Data::Map(Map::default()), values.place);
    }
    if let Some(map) = values.as_map_mut() {
        coalesce(package, map, merges)?;
    }
    Ok(values)
}

fn coalesce(package: &Package, into: &mut Map, merges: bool) -> Result<(), NoMap> {
    own(package, into, merges);
    for chart in &package.charts {
        let global = into.get(GLOBAL).map(|field| field.value.clone());
        let field = into.entry(chart.name.clone()).or_insert_with(|| Field {
            key: Place::default(),
            value: empty(),
        });
        let place = field.value.place.or(&field.key);
        let Some(values) = field.value.as_map_mut() else {
            return Err(NoMap {
                name: chart.name.clone(),
                place,
            });
        };
        globals(values, global);
        coalesce(chart, values, merges)?;
    }
    Ok(())
}

/// Puts the values over the chart's own defaults.
fn own(package: &Package, into: &mut Map, merges: bool) {
    for (key, field) in package.values.as_map().into_iter().flatten() {
        let default = &field.value;
        match into.get_mut(key).map(|field| &mut field.value) {
            Some(given) if given.is_null() && !merges => {
                into.shift_remove(key);
            }
            Some(given) => {
                if let (Some(given), Some(_)) = (given.as_map_mut(), default.as_map()) {
                    let merges = merges || package.charts.iter().any(|chart| chart.name == *key);
                    let mut default = default.clone();
                    if !merges {
                        without_nulls(&mut default);
                    }
                    tables(given, default, merges);
                }
            }
            None if merges => {
                into.insert(key.clone(), field.clone());
            }
            None if default.is_null() => {}
            None => {
                let mut field = field.clone();
                without_nulls(&mut field.value);
                into.insert(key.clone(), field);
            }
        }
    }
}

/// Puts one map over another. What the upper one says is null goes, unless nulls are kept.
fn tables(over: &mut Map, under: Value, merges: bool) {
    let Data::Map(under) = under.data else {
        return;
    };
    for (key, field) in under {
        match over.get_mut(&key).map(|field| &mut field.value) {
            None => {
                over.insert(key, field);
            }
            Some(given) if given.is_null() && !field.value.is_null() && !merges => {
                over.shift_remove(&key);
            }
            Some(given) => {
                if let Some(given) = given.as_map_mut() {
                    tables(given, field.value, merges);
                }
            }
        }
    }
}

/// Hands the values that every chart sees on to a chart within; those of the outer chart win.
fn globals(into: &mut Map, outer: Option<Value>) {
    let mut inner = match into.get(GLOBAL) {
        None => empty(),
        Some(field) if field.value.as_map().is_some() => field.value.clone(),
        Some(_) => return,
    };
    let outer = outer.unwrap_or_else(empty);
    let (Some(outer), Some(map)) = (outer.as_map(), inner.as_map_mut()) else {
        return;
    };
    for (key, field) in outer {
        let own = map.get(key).map(|field| field.value.clone());
        match (field.value.as_map().is_some(), own) {
            (true, Some(own)) if own.as_map().is_some() => {
                let mut field = field.clone();
                if let Some(over) = field.value.as_map_mut() {
                    tables(over, own, true);
                }
                map.insert(key.clone(), field);
            }
            (true, Some(_)) => {}
            (false, Some(own)) if own.as_map().is_some() => {}
            _ => {
                map.insert(key.clone(), field.clone());
            }
        }
    }
    let field = Field {
        key: Place::default(),
        value: inner,
    };
    into.insert(GLOBAL.to_owned(), field);
}

fn without_nulls(value: &mut Value) {
    if let Some(map) = value.as_map_mut() {
        map.retain(|_, field| !field.value.is_null());
        map.values_mut()
            .for_each(|field| without_nulls(&mut field.value));
    }
}

/// Takes charts out that are switched off. `path` leads to the values of the chart.
fn switch(package: &mut Package, values: &Value, path: &str) -> Result<(), NoMap> {
    if package.dependencies.is_empty() {
        return Ok(());
    }
    let is_of = |chart: &Package, dependency: &Dependency| {
        chart.name == dependency.name && fits(&dependency.version, &chart.version)
    };
    let mut charts: Vec<Package> = { package.charts.iter() }
        .filter(|chart| !package.dependencies.iter().any(|one| is_of(chart, one)))
        .cloned()
        .collect();
    for dependency in &mut package.dependencies {
        if let Some(chart) = package.charts.iter().find(|chart| is_of(chart, dependency)) {
            let mut chart = chart.clone();
            if !dependency.alias.is_empty() {
                chart.name.clone_from(&dependency.alias);
            }
            charts.push(chart);
        }
        if !dependency.alias.is_empty() {
            dependency.name.clone_from(&dependency.alias);
        }
    }
    package.charts = charts;
    let all = coalesced(package, values, false)?;
    let is_on = |dependency: &Dependency| {
        let tags = dependency.tags.iter();
        let tags: Vec<bool> = tags
            .filter_map(|tag| all.at(&["tags", tag])?.as_bool())
            .collect();
        let by_tags = tags.is_empty() || tags.contains(&true);
        let mut paths = dependency
            .condition
            .trim()
            .split(',')
            .filter(|path| !path.is_empty());
        let by_path =
            paths.find_map(|condition| at(&all, &format!("{path}{condition}"))?.as_bool());
        by_path.unwrap_or(by_tags)
    };
    let off: Vec<String> = { package.dependencies.iter() }
        .filter(|one| !is_on(one))
        .map(|one| one.name.clone())
        .collect();
    package.charts.retain(|chart| !off.contains(&chart.name));
    package.dependencies.retain(|one| !off.contains(&one.name));
    for chart in &mut package.charts {
        let below = format!("{path}{}.", chart.name);
        switch(chart, &all, &below)?;
    }
    Ok(())
}

/// Whether a version lies in a range, as a dependency writes it.
fn fits(range: &str, text: &str) -> bool {
    let range = Range::parse(range);
    range
        .zip(version(text))
        .is_some_and(|(range, version)| range.has(&version))
}

/// The value below a path with dots.
fn at<'a>(values: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(values, |value, key| value.get(key))
}

/// Takes values of charts within over into those of the chart, below what it says itself.
fn import(package: &mut Package) -> Result<(), NoMap> {
    for chart in &mut package.charts {
        import(chart)?;
    }
    if package.dependencies.is_empty() {
        return Ok(());
    }
    let mut own = coalesced(package, &empty(), true)?;
    let mut taken = Map::default();
    for dependency in &package.dependencies {
        for (from, to) in &dependency.imports {
            let found = at(&own, &format!("{}.{from}", dependency.name));
            let Some(found) = found.filter(|found| found.as_map().is_some()) else {
                continue;
            };
            let mut found = found.clone();
            if to != "." {
                for key in to.rsplit('.') {
                    let field = Field {
                        key: Place::default(),
                        value: found,
                    };
                    let map = Map::from_iter([(key.to_owned(), field)]);
                    found = Value::new(Data::Map(map), Place::default());
                }
            }
            tables(&mut taken, found, true);
        }
    }
    if let Some(map) = own.as_map_mut() {
        tables(map, Value::new(Data::Map(taken), Place::default()), true);
    }
    package.values = own;
    Ok(())
}
