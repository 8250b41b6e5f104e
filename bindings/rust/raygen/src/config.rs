use crate::error::{call, taken, Result};
use crate::model::Model;
use crate::options::Options;
use raygen_sys as sys;

/// What a config is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigKind {
    Sampling,
    Training,
    Evaluation,
    Experiment,
}

/// A JSON Schema of every key of a config: type, range, default, meaning and source; of sampling, the presets, too.
pub fn config_schema(kind: ConfigKind) -> Result<String> {
    let kind = match kind {
        ConfigKind::Sampling => sys::RAYGEN_CONFIG_SAMPLING,
        ConfigKind::Training => sys::RAYGEN_CONFIG_TRAINING,
        ConfigKind::Evaluation => sys::RAYGEN_CONFIG_EVALUATION,
        ConfigKind::Experiment => sys::RAYGEN_CONFIG_EXPERIMENT,
    };
    let mut schema = std::ptr::null_mut();
    call(|error| unsafe { sys::raygen_config_schema(kind, &mut schema, error) })?;
    Ok(taken(schema))
}

/// How images are sampled, as YAML: every key with its value and meaning. No model: over the library's own defaults.
pub fn print_config(model: Option<&Model>, options: &Options) -> Result<String> {
    let held = options.raw(model.map_or(0, |model| model.info().tokens()))?;
    let (model, mut yaml) = (model.map_or(std::ptr::null(), Model::raw), std::ptr::null_mut());
    call(|error| unsafe { sys::raygen_config_print(model, held.raw(), &mut yaml, error) })?;
    Ok(taken(yaml))
}

pub(crate) fn settings_of(model: &Model, prompt: Option<&str>, options: &Options) -> Result<String> {
    let held = options.raw(model.info().tokens())?;
    let (text, length) = prompt.map_or((std::ptr::null(), 0), |prompt| (prompt.as_ptr().cast(), prompt.len()));
    let mut settings = std::ptr::null_mut();
    call(|error| unsafe { sys::raygen_config_resolve(model.raw(), held.raw(), text, length, &mut settings, error) })?;
    Ok(taken(settings))
}
