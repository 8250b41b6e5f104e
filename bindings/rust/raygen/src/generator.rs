use crate::editing::Edit;
use crate::error::{call, string, Result};
use crate::image::Image;
use crate::model::Model;
use crate::options::{Options, Progress};
use crate::session::Session;
use raygen_sys as sys;
use std::any::Any;
use std::os::raw::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

/// One image of a call, and the tokens that it was decoded from.
#[derive(Debug)]
pub struct Generated {
    pub image: Image,
    pub tokens: Vec<i32>,
}

/// Text encoder, masked decoder, sampler and image decoder of a model, composed. Make one for each thread from one [`Model`].
#[derive(Debug)]
pub struct Generator {
    session: Session,
}

/// A closure on its way through the C ABI, and what it panicked with.
struct Relay<'a> {
    callback: &'a mut dyn FnMut(&Progress) -> bool,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn relay(raw: *const sys::raygen_progress, user_data: *mut c_void) -> i32 {
    let relay = &mut *user_data.cast::<Relay>();
    let now = &*raw;
    let preview = (!now.preview.is_null()).then(|| {
        let size = |value: i32| value as usize;
        let (w, h, c) = (
            size(sys::raygen_image_width(now.preview)),
            size(sys::raygen_image_height(now.preview)),
            size(sys::raygen_image_channels(now.preview)),
        );
        (w, h, c, std::slice::from_raw_parts(sys::raygen_image_pixels(now.preview), w * h * c))
    });
    let progress = Progress {
        image: now.image,
        image_number: now.image_number,
        image_count: now.image_count,
        step: now.step,
        steps: now.steps,
        tokens: std::slice::from_raw_parts(now.tokens, now.token_count),
        masked_count: now.masked_count,
        preview,
        masked: std::slice::from_raw_parts(now.masked, now.token_count),
    };
    // A panic must not cross C: it cancels the call and goes on behind it.
    match catch_unwind(AssertUnwindSafe(|| (relay.callback)(&progress))) {
        Ok(go_on) => i32::from(!go_on),
        Err(panic) => {
            relay.panic = Some(panic);
            1
        }
    }
}

impl Generator {
    pub fn new(model: &Model) -> Result<Generator> {
        Ok(Generator { session: Session::new(model)? })
    }

    /// `images_per_prompt` images of each prompt, prompt by prompt. With the same model, config and prompt, the same seed and index give the same image whatever the batch size and
    /// what ran before (float32 on a CPU).
    pub fn generate<T: AsRef<str>>(&mut self, prompts: &[T], options: &Options) -> Result<Vec<Generated>> {
        options.check_weights(prompts.len())?;
        self.run(prompts, options.raw(self.session.info.tokens())?.raw())
    }

    /// The same, and `progress` is called after every step of an image; it returns false to cancel. What it panics with comes out of here.
    pub fn generate_with<T: AsRef<str>>(
        &mut self,
        prompts: &[T],
        options: &Options,
        mut progress: impl FnMut(&Progress) -> bool,
    ) -> Result<Vec<Generated>> {
        let mut told = Relay { callback: &mut progress, panic: None };
        options.check_weights(prompts.len())?;
        let held = options.raw(self.session.info.tokens())?;
        let mut raw = *held.raw();
        raw.progress = Some(relay);
        raw.user_data = (&mut told as *mut Relay).cast();
        let result = self.run(prompts, &raw);
        match told.panic {
            Some(panic) => resume_unwind(panic),
            None => result,
        }
    }

    /// Inpaints and outpaints an image of any size: tokens that the mask touches are drawn anew, as [`Generator::generate`] draws them, and all others
    /// stay the image's. Pixels outside the mask stay the image's to the bit.
    pub fn edit<T: AsRef<str>>(&mut self, image: &Image, edit: &Edit, prompts: &[T], options: &Options) -> Result<Vec<Generated>> {
        let held = options.raw(self.session.info.tokens())?;
        let (where_, session) = (edit.raw(), self.session.raw());
        made(prompts, |prompts, count, result, error| unsafe {
            sys::raygen_session_edit(session, image.raw(), where_.raw(), prompts, count, held.raw(), result, error)
        })
    }

    /// Draws a share of an image's tokens anew. `strength`: 0 (the image's reconstruction) to 1 (what [`Generator::generate`] makes). Without prompts
    /// none is followed.
    pub fn vary<T: AsRef<str>>(&mut self, image: &Image, strength: f64, prompts: &[T], options: &Options) -> Result<Vec<Generated>> {
        let held = options.raw(self.session.info.tokens())?;
        let session = self.session.raw();
        made(prompts, |prompts, count, result, error| unsafe {
            sys::raygen_session_vary(session, image.raw(), strength, prompts, count, held.raw(), result, error)
        })
    }

    fn run<T: AsRef<str>>(&mut self, prompts: &[T], raw: &sys::raygen_options) -> Result<Vec<Generated>> {
        let session = self.session.raw();
        made(prompts, |prompts, count, result, error| unsafe { sys::raygen_session_generate(session, prompts, count, raw, result, error) })
    }

    /// Bytes of scratch memory held now.
    pub fn memory(&self) -> u64 {
        self.session.memory()
    }

    /// Gives the scratch memory back; the next call takes it anew.
    pub fn trim(&mut self) {
        self.session.trim()
    }
}

/// The images of a call, which gets the prompts, how many they are, and where its result goes.
fn made<T: AsRef<str>>(
    prompts: &[T],
    mut of: impl FnMut(*const sys::raygen_string, usize, *mut *mut sys::raygen_result, *mut sys::raygen_error) -> sys::raygen_status,
) -> Result<Vec<Generated>> {
    let prompts: Vec<_> = prompts.iter().map(|prompt| string(prompt.as_ref())).collect();
    let mut result = std::ptr::null_mut();
    call(|error| of(prompts.as_ptr(), prompts.len(), &mut result, error))?;
    let result = Outcome(result);
    (0..unsafe { sys::raygen_result_count(result.0) })
        .map(|i| unsafe {
            let tokens = std::slice::from_raw_parts(sys::raygen_result_tokens(result.0, i), sys::raygen_result_token_count(result.0));
            let mut image = std::ptr::null_mut();
            call(|error| sys::raygen_result_take_image(result.0, i, &mut image, error))?;
            Ok(Generated { image: Image::adopt(image), tokens: tokens.to_vec() })
        })
        .collect()
}

struct Outcome(*mut sys::raygen_result);

impl Drop for Outcome {
    fn drop(&mut self) {
        unsafe { sys::raygen_result_free(self.0) }
    }
}
