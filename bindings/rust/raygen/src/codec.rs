use crate::error::{call, Result};
use crate::image::Image;
use crate::model::Model;
use crate::session::Session;
use raygen_sys as sys;

/// Images to tokens and back (VQ-GAN). Make one for each thread.
#[derive(Debug)]
pub struct Encoder {
    session: Session,
}

impl Encoder {
    pub fn new(model: &Model) -> Result<Encoder> {
        Ok(Encoder { session: Session::new(model)? })
    }

    /// N tokens, row-major. An image that is not R × R is resized (antialiased bilinear, shorter side to R) and cropped at the centre.
    pub fn encode(&mut self, image: &Image) -> Result<Vec<i32>> {
        let mut tokens = vec![0; self.session.info.tokens()];
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_session_encode_image(session, image.raw(), tokens.as_mut_ptr(), tokens.len(), std::ptr::null_mut(), 0, error) })?;
        Ok(tokens)
    }

    /// The tokens, and what was quantised to them: `[z,grid height,grid width]`.
    pub fn encode_with_features(&mut self, image: &Image) -> Result<(Vec<i32>, Vec<f32>)> {
        let mut tokens = vec![0; self.session.info.tokens()];
        let mut features = vec![0f32; self.session.info.feature_channels * tokens.len()];
        let session = self.session.raw();
        call(|error| unsafe {
            sys::raygen_session_encode_image(session, image.raw(), tokens.as_mut_ptr(), tokens.len(), features.as_mut_ptr(), features.len(), error)
        })?;
        Ok((tokens, features))
    }

    /// N tokens, each 0..V-1, to an image of R × R.
    pub fn decode(&mut self, tokens: &[i32]) -> Result<Image> {
        let mut image = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_session_decode_tokens(session, tokens.as_ptr(), tokens.len(), &mut image, error) })?;
        Ok(Image::adopt(image))
    }
}
