use crate::error::{call, initialised, taken, Error, Result, Status};
use raygen_sys as sys;
use crate::dicom::DicomOptions;
use crate::limits::Limits;
use std::ffi::CStr;
use std::os::raw::c_void;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Pixels 0..1, rows from the top: `[height][width][channels]`, channels 1 (grey) or 3 (RGB).
#[derive(Debug)]
pub struct Image(*mut sys::raygen_image);

// One thread at a time, which may change.
unsafe impl Send for Image {}

/// The bytes of a path, as the library takes it. They need not be UTF-8.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

impl Image {
    /// Takes a handle that the library has given away.
    pub(crate) fn adopt(raw: *mut sys::raygen_image) -> Image {
        Image(raw)
    }

    pub(crate) fn raw(&self) -> *const sys::raygen_image {
        self.0
    }

    /// Copies height × width × channels finite values.
    pub fn new(width: usize, height: usize, channels: usize, pixels: &[f32]) -> Result<Image> {
        let sizes = [width, height, channels].map(i32::try_from);
        let (w, h, c) = match sizes {
            [Ok(w), Ok(h), Ok(c)] => (w, h, c),
            _ => return Err(Error::new(Status::Limit, format!("an image of {width} × {height} × {channels} is too large"))),
        };
        if width.checked_mul(height).and_then(|n| n.checked_mul(channels)) != Some(pixels.len()) {
            return Err(Error::new(Status::InvalidArgument, format!("{} values are not {height} × {width} × {channels}", pixels.len())));
        }
        let mut image = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_create(w, h, c, pixels.as_ptr(), &mut image, error) })?;
        Ok(Image(image))
    }

    /// A PNG (8 or 16 bits), JPEG, JPEG 2000 or DICOM file. The content tells the format.
    pub fn read(path: impl AsRef<Path>) -> Result<Image> {
        Image::read_within(path, &Limits::default())
    }

    /// The same, and no larger than `limits`.
    pub fn read_within(path: impl AsRef<Path>, limits: &Limits) -> Result<Image> {
        let path = path_bytes(path.as_ref());
        let mut image = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_read(path.as_ptr().cast(), path.len(), &limits.raw(), &mut image, error) })?;
        Ok(Image(image))
    }

    /// The same from memory.
    pub fn read_memory(bytes: &[u8], limits: &Limits) -> Result<Image> {
        let mut image = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_read_memory(bytes.as_ptr().cast(), bytes.len(), &limits.raw(), &mut image, error) })?;
        Ok(Image(image))
    }

    /// Writes a PNG of 8 or 16 bits with the texts of the image, under a temporary name that is renamed when the file is whole.
    pub fn write_png(&self, path: impl AsRef<Path>, bit_depth: i32) -> Result<()> {
        let path = path_bytes(path.as_ref());
        let options = png_options(bit_depth);
        call(|error| unsafe { sys::raygen_image_write_png(self.0, path.as_ptr().cast(), path.len(), &options, error) })
    }

    /// The bytes that [`Image::write_png`] writes.
    pub fn encode_png(&self, bit_depth: i32) -> Result<Vec<u8>> {
        let (options, mut bytes, mut size) = (png_options(bit_depth), std::ptr::null_mut::<c_void>(), 0);
        call(|error| unsafe { sys::raygen_image_encode_png(self.0, &options, &mut bytes, &mut size, error) })?;
        Ok(unsafe { take_bytes(bytes, size) })
    }

    /// Writes a DICOM file of one grey frame with the texts of the image, marked as synthetic and not for diagnosis, under a temporary name
    /// that is renamed when the file is whole. Returns what of the template was left out, and why.
    pub fn write_dicom(&self, path: impl AsRef<Path>, options: &DicomOptions) -> Result<Vec<String>> {
        let path = path_bytes(path.as_ref());
        let limits = options.limits.raw();
        let raw = options.raw(&limits);
        let mut warnings = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_write_dicom(self.0, path.as_ptr().cast(), path.len(), &raw, &mut warnings, error) })?;
        Ok(lines(taken(warnings)))
    }

    /// The bytes that [`Image::write_dicom`] writes, and its warnings.
    pub fn encode_dicom(&self, options: &DicomOptions) -> Result<(Vec<u8>, Vec<String>)> {
        let limits = options.limits.raw();
        let raw = options.raw(&limits);
        let (mut bytes, mut size, mut warnings) = (std::ptr::null_mut::<c_void>(), 0, std::ptr::null_mut());
        call(|error| unsafe { sys::raygen_image_encode_dicom(self.0, &raw, &mut bytes, &mut size, &mut warnings, error) })?;
        Ok((unsafe { take_bytes(bytes, size) }, lines(taken(warnings))))
    }

    /// Writes a PNG of the depth of the file whose bytes are `original`, from which the image was made: 8 bits, or 16 where its samples have more. A
    /// pixel that is still that file's gets its own sample, also of a film of 12 bits in 16. left, top: the pixel of the image where that file's
    /// first one is, after outpainting.
    pub fn write_png_like(&self, path: impl AsRef<Path>, original: &[u8], left: i32, top: i32) -> Result<()> {
        let path = path_bytes(path.as_ref());
        let mut options = png_options(8);
        options.like = original.as_ptr().cast();
        options.like_size = original.len();
        options.like_left = left;
        options.like_top = top;
        call(|error| unsafe { sys::raygen_image_write_png(self.0, path.as_ptr().cast(), path.len(), &options, error) })
    }

    pub fn width(&self) -> usize {
        unsafe { sys::raygen_image_width(self.0) as usize }
    }

    pub fn height(&self) -> usize {
        unsafe { sys::raygen_image_height(self.0) as usize }
    }

    pub fn channels(&self) -> usize {
        unsafe { sys::raygen_image_channels(self.0) as usize }
    }

    pub fn pixels(&self) -> &[f32] {
        let count = self.width() * self.height() * self.channels();
        unsafe { std::slice::from_raw_parts(sys::raygen_image_pixels(self.0), count) }
    }

    /// The text kept under a keyword: "Description" (the prompt), "raygen" (JSON of all that reproduces the image).
    pub fn text(&self, keyword: &str) -> Option<String> {
        let text = unsafe { sys::raygen_image_get_text(self.0, keyword.as_ptr().cast(), keyword.len()) };
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    }

    /// keyword: 1 to 79 printable Latin-1 characters.
    pub fn set_text(&mut self, keyword: &str, text: &str) -> Result<()> {
        call(|error| unsafe {
            sys::raygen_image_set_text(self.0, keyword.as_ptr().cast(), keyword.len(), text.as_ptr().cast(), text.len(), error)
        })
    }

    /// A new image of one channel, the mean of the channels; texts kept.
    pub fn grey(&self) -> Result<Image> {
        let mut grey = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_to_grey(self.0, &mut grey, error) })?;
        Ok(Image(grey))
    }

    /// A new image with the same pixels and texts.
    pub fn try_clone(&self) -> Result<Image> {
        let mut copy = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_image_copy(self.0, &mut copy, error) })?;
        Ok(Image(copy))
    }
}

/// What the library has given away.
unsafe fn take_bytes(bytes: *mut c_void, size: usize) -> Vec<u8> {
    let copy = std::slice::from_raw_parts(bytes.cast::<u8>(), size).to_vec();
    sys::raygen_buffer_free(bytes);
    copy
}

fn lines(text: String) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn png_options(bit_depth: i32) -> sys::raygen_png_options {
    let mut options: sys::raygen_png_options = initialised(sys::raygen_png_options_init);
    options.bit_depth = bit_depth;
    options
}

impl Drop for Image {
    fn drop(&mut self) {
        unsafe { sys::raygen_image_free(self.0) }
    }
}
