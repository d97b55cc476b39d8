//! Rendered clips whose truth is known: lorries with smoke of known opacity, and what may be taken for smoke.
//!
//! All of it is made from a seed, in linear light: a [`backdrop`], lit and shaded; a [`vehicle`]; a [`plume`], a field
//! of optical depth over both; [`effects`]; then the camera ([`light`]): exposure, shake, noise, curve, JPEG. A
//! [`script`] says what happens, a [`clip`] shows it. For `eval-smoke` and tests; the camera worker never comes here.

mod backdrop;
mod clip;
mod dice;
mod effects;
mod light;
mod plume;
mod script;
mod vehicle;
mod view;

pub use clip::{Clip, Shot};
pub use script::{Confuser, Sky, Subject};
