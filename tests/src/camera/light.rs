//! Between the numbers of a picture (sRGB) and the light they stand for (linear).
//!
//! A plume takes a share of the *light*; computed on the picture's numbers the same share would look, and
//! measure, far too strong in the shadows.

use std::sync::LazyLock;

static TO_LIGHT: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let code = code as f32 / 255.0;
        if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
    })
});

const STEPS: usize = 4_096;

static TO_CODE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    (0..=STEPS)
        .map(|step| {
            let light = step as f32 / STEPS as f32;
            let code =
                if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
            (code * 255.0).round() as u8
        })
        .collect()
});

/// The light behind a picture's number, 0 to 1.
pub(super) fn light(code: u8) -> f32 {
    TO_LIGHT[code as usize]
}

/// The picture's number for a light, 0 to 1; what is brighter is white.
pub(super) fn code(light: f32) -> u8 {
    TO_CODE[(light.clamp(0.0, 1.0) * STEPS as f32) as usize]
}

/// A number with its light multiplied.
pub(super) fn dimmed(value: u8, share: f32) -> u8 {
    code(light(value) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_from_its_light() {
        for value in 16..=255u8 {
            assert!(code(light(value)).abs_diff(value) <= 1, "{value}");
        }
    }

    /// The model of STANDARDS.md 9: what remains of the light is 1 − opacity.
    #[test]
    fn a_plume_of_half_opacity_leaves_half_the_light() {
        assert!((light(dimmed(180, 0.5)) / light(180) - 0.5).abs() < 0.02);
    }
}
