//! Jobs that one training serves.

use std::collections::HashMap;

use crate::grid::Job;

/// Groups jobs into paths: those of one classifier that differ only in the parameters along which one
/// training serves them all. A job that shares its training with no other is a group of its own.
/// Groups and the jobs in them keep the order of `jobs`.
#[must_use]
pub fn group<'a>(jobs: impl IntoIterator<Item = (usize, &'a Job)>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (job_idx, job) in jobs {
        let place = key(job).map(|key| *known.entry(key).or_insert(groups.len()));
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.push(job_idx),
            None => groups.push(vec![job_idx]),
        }
    }
    groups
}

/// What the jobs of a path have in common; nothing for a classifier that has none.
fn key(job: &Job) -> Option<String> {
    let spec = job.classifier.spec()?;
    let path = spec.path();
    if path.is_empty() {
        return None;
    }
    let mut common = job.resolved.clone();
    common.retain(|name, _| !path.contains(&name.as_str()));
    Some(format!(
        "{} {}",
        spec.name,
        serde_json::Value::Object(common)
    ))
}

/// Estimated seconds of one repeat of the jobs of a path on one core.
pub(super) fn path_s<'a>(path: impl IntoIterator<Item = &'a Job>) -> f64 {
    let path = path.into_iter().map(|job| (job, job.cost.cpu_s));
    seconds_of_path(path)
}

/// Adds up what the jobs of a path take, given what each takes alone: the longest all of it, the
/// others what is their own.
pub(super) fn seconds_of_path<'a>(path: impl IntoIterator<Item = (&'a Job, f64)>) -> f64 {
    // What is shared of the longest, and what is each one's own.
    let (mut longest, mut own_s) = ((0.0_f64, 0.0), 0.0);
    for (job, seconds) in path {
        let share = job
            .classifier
            .spec()
            .map_or(1.0, |spec| spec.own_share(&job.resolved));
        own_s += share * seconds;
        if seconds > longest.0 {
            longest = (seconds, (1.0 - share) * seconds);
        }
    }
    longest.1 + own_s
}

/// Estimated seconds of one repeat of all `jobs` on one core, path by path.
#[must_use]
pub fn seconds<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> f64 {
    let jobs: Vec<&Job> = jobs.into_iter().collect();
    let paths = group(jobs.iter().copied().enumerate());
    let seconds = paths
        .iter()
        .map(|path| path_s(path.iter().map(|&job_idx| jobs[job_idx])));
    seconds.sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::grid;

    #[test]
    fn jobs_that_differ_only_along_a_path_are_one_group() {
        let config = json!({
            "dataset": "demo",
            "classifiers": {
                "RandomForestClassifier": [{"n_estimators": [10, 50], "max_depth": [5, 6]}],
                "GaussianNB": [{}, {"var_smoothing": [0.1]}],
                "KNeighborsClassifier": [{"p": [1, 2], "n_neighbors": [1, 5], "weights": ["uniform", "distance"]}],
                "HistGradientBoostingClassifier": [{"max_iter": [3, 9, 4]}],
                "SVC": [{"C": [1, 10], "kernel": ["linear", "rbf"]}]
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let plan = grid::load(&path, &grid::Overrides::default()).unwrap();
        let groups = group(plan.jobs.iter().enumerate());
        let sizes: Vec<(String, usize)> = groups
            .iter()
            .map(|group| (plan.jobs[group[0]].name().to_owned(), group.len()))
            .collect();
        let expected = [
            ("GaussianNB", 1),
            ("HistGradientBoostingClassifier", 3),
            ("KNeighborsClassifier", 4),
            ("KNeighborsClassifier", 4),
            ("RandomForestClassifier", 4),
            ("SVC", 4),
        ];
        assert_eq!(sizes, expected.map(|(name, n)| (name.to_owned(), n)));
        assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), plan.jobs.len());
        let path = |place: usize| groups[place].iter().map(|&job_idx| &plan.jobs[job_idx]);
        let alone = |place: usize| -> Vec<f64> { path(place).map(|job| job.cost.cpu_s).collect() };
        let (longest, sum) = (
            |place: usize| alone(place).into_iter().fold(0.0, f64::max),
            |place: usize| alone(place).iter().sum::<f64>(),
        );
        assert_eq!(path_s(path(1)), longest(1));
        assert!(path_s(path(5)) > longest(5) && path_s(path(5)) < sum(5));
    }
}
