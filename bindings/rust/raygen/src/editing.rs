use crate::error::initialised;
use crate::image::Image;
use raygen_sys as sys;

/// A rectangle of pixels; x and y are those of its first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Box {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// Pixels that are added on each side of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outpaint {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// How much of a film the model looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditRegion {
    /// The largest square that holds the mask: the sizes of things are those that the model has learned.
    #[default]
    Film,
    /// A square around the mask: sharper, with less around it.
    Mask,
}

/// Where a film is edited: a mask, boxes and outpainted pixels together, at least one of them.
#[derive(Clone, Debug, Default)]
pub struct Edit<'a> {
    /// Of the film's size: what is at least half as bright as its brightest pixel may change.
    pub mask: Option<&'a Image>,
    /// Inside the film: may change too.
    pub boxes: Vec<Box>,
    pub outpaint: Outpaint,
    /// Pixels by which all that reaches further than it is drawn.
    pub grow: i32,
    /// Pixels inside the edge over which the new picture fades in; `None`: half the side of a token's cell.
    pub feather: Option<i32>,
    pub region: EditRegion,
}

/// The struct of the C ABI, and what it points to besides the edit.
pub(crate) struct HeldEdit<'a> {
    raw: sys::raygen_edit_options,
    _boxes: Vec<sys::raygen_box>,
    _edit: &'a Edit<'a>,
}

impl HeldEdit<'_> {
    pub(crate) fn raw(&self) -> *const sys::raygen_edit_options {
        &self.raw
    }
}

impl Edit<'_> {
    pub(crate) fn raw(&self) -> HeldEdit<'_> {
        let boxes: Vec<_> = self
            .boxes
            .iter()
            .map(|each| sys::raygen_box { x: each.x, y: each.y, width: each.width, height: each.height })
            .collect();
        let mut raw: sys::raygen_edit_options = initialised(sys::raygen_edit_options_init);
        raw.mask = self.mask.map_or(std::ptr::null(), Image::raw);
        raw.boxes = boxes.as_ptr();
        raw.box_count = boxes.len();
        raw.outpaint_left = self.outpaint.left;
        raw.outpaint_top = self.outpaint.top;
        raw.outpaint_right = self.outpaint.right;
        raw.outpaint_bottom = self.outpaint.bottom;
        raw.grow = self.grow;
        raw.feather = self.feather.unwrap_or(sys::RAYGEN_FEATHER_AUTO);
        raw.region = match self.region {
            EditRegion::Film => sys::RAYGEN_EDIT_REGION_FILM,
            EditRegion::Mask => sys::RAYGEN_EDIT_REGION_MASK,
        };
        HeldEdit { raw, _boxes: boxes, _edit: self }
    }
}
