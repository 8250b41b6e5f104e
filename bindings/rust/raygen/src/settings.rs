use crate::error::{call, taken, Result};
use crate::image::Image;
use crate::model::Model;
use crate::options::Options;
use raygen_sys as sys;
use std::ffi::CStr;
use std::os::raw::c_char;

/// What an image carries about how it was made. With the prompt and the options of it, [`crate::Generator::generate`] makes the same image, to the last
/// bit on the same machine.
#[derive(Debug)]
pub struct Settings(*mut sys::raygen_settings);

// One thread at a time, which may change.
unsafe impl Send for Settings {}

impl Settings {
    /// The text "raygen" of an image, of this version or an earlier one. Settings of a newer libraygen, and of an image that was made from more
    /// than settings (tokens, a mask, another image), are an error.
    pub fn parse(json: &str) -> Result<Settings> {
        let mut settings = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_settings_read(json.as_ptr().cast(), json.len(), &mut settings, error) })?;
        Ok(Settings(settings))
    }

    /// The same of an image.
    pub fn of(image: &Image) -> Result<Settings> {
        Settings::parse(image.text("raygen").as_deref().unwrap_or(""))
    }

    fn text(&self, of: unsafe extern "C" fn(*const sys::raygen_settings) -> *const c_char) -> String {
        unsafe { CStr::from_ptr(of(self.0)) }.to_string_lossy().into_owned()
    }

    /// The sentence that the image was made from, or those that are mixed in it.
    pub fn prompts(&self) -> Vec<String> {
        let text = |i| unsafe { CStr::from_ptr(sys::raygen_settings_prompt(self.0, i)) };
        (0..unsafe { sys::raygen_settings_prompt_count(self.0) }).map(|i| text(i).to_string_lossy().into_owned()).collect()
    }

    /// One for each prompt; they sum up to 1.
    pub fn weights(&self) -> Vec<f64> {
        (0..unsafe { sys::raygen_settings_prompt_count(self.0) }).map(|i| unsafe { sys::raygen_settings_prompt_weight(self.0, i) }).collect()
    }

    pub fn seed(&self) -> u64 {
        unsafe { sys::raygen_settings_seed(self.0) }
    }

    /// The image's index.
    pub fn image(&self) -> u64 {
        unsafe { sys::raygen_settings_image(self.0) }
    }

    /// Of the image's tries, 0 the first: above 0 only where images near a training image were rejected.
    pub fn attempt(&self) -> u32 {
        unsafe { sys::raygen_settings_attempt(self.0) }
    }

    /// The digest of the model that made the image.
    pub fn model(&self) -> String {
        self.text(sys::raygen_settings_model)
    }

    /// The sampling config of the image as JSON, every key. The config, sampling and overrides of `over` win.
    pub fn config(&self, over: &Options) -> Result<String> {
        let sampling = Options {
            config: over.config.clone(),
            sampling: over.sampling.clone(),
            overrides: over.overrides.clone(),
            ..Default::default()
        };
        let (held, mut config) = (sampling.raw(0)?, std::ptr::null_mut());
        call(|error| unsafe { sys::raygen_settings_config(self.0, held.raw(), &mut config, error) })?;
        Ok(taken(config))
    }

    /// Seed, index, config, weights and try of the image.
    pub fn options(&self) -> Result<Options<'static>> {
        let config = self.config(&Options::default())?;
        let prompt_weights = self.weights();
        Ok(Options {
            seed: self.seed(),
            first_image: self.image(),
            config,
            prompts_per_mix: prompt_weights.len(),
            prompt_weights,
            attempts: if self.attempt() == 0 { Vec::new() } else { vec![self.attempt()] },
            ..Default::default()
        })
    }

    /// An error for another model than the one that made the image, unless `any_model`. Returns why the model may make another image
    /// nevertheless (another version, precision or device), for a person.
    pub fn check_model(&self, model: &Model, any_model: bool) -> Result<Vec<String>> {
        let mut doubts = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_settings_check_model(self.0, model.raw(), i32::from(any_model), &mut doubts, error) })?;
        Ok(taken(doubts).lines().map(String::from).collect())
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        unsafe { sys::raygen_settings_free(self.0) }
    }
}
