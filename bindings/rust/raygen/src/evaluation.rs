use crate::error::{call, initialised, string, taken, Error, Result, Status};
use crate::job::Job;
use raygen_sys as sys;

fn with_options<T>(config: &str, overrides: &[&str], job: Option<&Job>, f: impl FnOnce(&sys::raygen_evaluation_options) -> T) -> T {
    let overrides: Vec<_> = overrides.iter().map(|assignment| string(assignment)).collect();
    let mut raw: sys::raygen_evaluation_options = initialised(sys::raygen_evaluation_options_init);
    raw.config = string(config);
    raw.overrides = overrides.as_ptr();
    raw.override_count = overrides.len();
    raw.job = job.map_or(std::ptr::null_mut(), Job::raw);
    f(&raw)
}

/// The whole config as YAML: every key with its value and meaning. overrides: "neighbours=3".
pub fn evaluation_config(config: &str, overrides: &[&str]) -> Result<String> {
    let mut yaml = std::ptr::null_mut();
    with_options(config, overrides, None, |raw| call(|error| unsafe { sys::raygen_evaluation_print(raw, &mut yaml, error) }))?;
    Ok(taken(yaml))
}

/// Compares the real and the synthetic set that the config names and writes OUT/report.html, OUT/metrics.json and OUT/table.csv. Returns the text of
/// metrics.json.
pub fn evaluate(config: &str, overrides: &[&str], job: Option<&Job>) -> Result<String> {
    let mut metrics = std::ptr::null_mut();
    with_options(config, overrides, job, |raw| call(|error| unsafe { sys::raygen_evaluation_run(raw, &mut metrics, error) }))?;
    Ok(taken(metrics))
}

/// Trains classifiers on real images, on synthetic ones and on both, tests them with the same real images, and writes OUT/report.html, OUT/metrics.json and
/// OUT/table.csv. `raygen_experiment_print` of raygen.h shows the keys. Returns the text of metrics.json.
pub fn experiment(config: &str, overrides: &[&str], job: Option<&Job>) -> Result<String> {
    let mut metrics = std::ptr::null_mut();
    with_options(config, overrides, job, |raw| call(|error| unsafe { sys::raygen_experiment_run(raw, &mut metrics, error) }))?;
    Ok(taken(metrics))
}

/// "fid", "kid", "coverage", … of two sets of features, rows of `width` values; overrides: "neighbours=3". `raygen_evaluation_compare` of raygen.h lists the
/// metrics.
pub fn compare_features(metric: &str, real: &[f64], synthetic: &[f64], width: usize, overrides: &[&str]) -> Result<f64> {
    if width == 0 || real.len() % width != 0 || synthetic.len() % width != 0 {
        let message = format!("{} real and {} synthetic values are no rows of {width}", real.len(), synthetic.len());
        return Err(Error::new(Status::InvalidArgument, message));
    }
    let (metric, mut value) = (string(metric), f64::NAN);
    with_options("", overrides, None, |raw| {
        call(|error| unsafe {
            sys::raygen_evaluation_compare(
                metric.data, metric.length, real.as_ptr(), real.len() / width, synthetic.as_ptr(), synthetic.len() / width, width, raw, &mut value, error,
            )
        })
    })?;
    Ok(value)
}

/// "auroc", "brier", "f1", … of a label for each score; nothing where it is undefined. parameter: as `raygen_evaluation_score` of raygen.h says, else 0.
pub fn score(metric: &str, scores: &[f64], labels: &[bool], parameter: f64) -> Result<Option<f64>> {
    if scores.len() != labels.len() {
        let message = format!("there are {} scores and {} labels; as many were expected", scores.len(), labels.len());
        return Err(Error::new(Status::InvalidArgument, message));
    }
    let (metric, mut value) = (string(metric), f64::NAN);
    // A bool is a byte, 0 or 1.
    call(|error| unsafe {
        sys::raygen_evaluation_score(
            metric.data, metric.length, scores.as_ptr(), labels.as_ptr().cast(), scores.len(), parameter, &mut value, error,
        )
    })?;
    Ok(Some(value).filter(|value| !value.is_nan()))
}

/// The findings of a report or prompt, as JSON: of each observation that it mentions its state and, if said, side and severity. rules: YAML of one's own.
pub fn read_labels(text: &str, rules: Option<&str>) -> Result<String> {
    let (text, mut json) = (string(text), std::ptr::null_mut());
    let (data, length) = rules.map_or((std::ptr::null(), 0), |rules| (rules.as_ptr().cast(), rules.len()));
    call(|error| unsafe { sys::raygen_labels_read(text.data, text.length, data, length, &mut json, error) })?;
    Ok(taken(json))
}

/// The library's rules of [`read_labels`], YAML whose comments explain it.
pub fn label_rules() -> Result<String> {
    let mut yaml = std::ptr::null_mut();
    call(|error| unsafe { sys::raygen_labels_rules(&mut yaml, error) })?;
    Ok(taken(yaml))
}
