//! Finds the plume: darker than the background, smooth in transmittance, soft at its rim, near the vehicle.

use opencv::core::Rect;

use super::linear::Luminance;

/// Transmittance below which a place is darkened.
const DARKENED: f32 = 0.93;
/// Change of transmittance per pixel that a plume's inside does not exceed.
const SMOOTH: f32 = 0.11;
/// Fewest pixels of a plume, at 320 pixels' width.
const LEAST: usize = 70;
/// Share of a plume's rim that must be soft; a load, a tyre or a hard shadow has a sharp one.
const SOFT_RIM: f32 = 0.5;

/// Half the range of opacity within a plume's thick part.
const PLATEAU: f32 = 0.05;

/// A plume in one frame, in the reduced picture's pixels.
#[derive(Clone, Debug)]
pub(super) struct Plume {
    /// Its thick part: indices of pixels.
    pub(super) core: Vec<usize>,
    /// Around all of it.
    pub(super) bounds: Rect,
}

/// The largest plume near the vehicle at `near`, if any.
pub(super) fn find(now: &Luminance, behind: &Luminance, near: Rect) -> Option<Plume> {
    if now.values.len() != behind.values.len() {
        return None;
    }
    let (w, h) = (now.width, now.height);
    let floor = 0.004;
    let ratio: Vec<f32> =
        now.values.iter().zip(&behind.values).map(|(n, b)| ((n + floor) / (b + floor)).min(2.0)).collect();
    let through = smoothed(&ratio, w, h);
    let slope = slopes(&through, w, h);
    let reach = Rect::new(
        near.x - near.width / 2,
        near.y - near.height / 3,
        near.width * 2,
        near.height + near.height * 5 / 6,
    );
    let inside = |x: usize, y: usize| {
        let (x, y) = (x as i32, y as i32);
        (reach.x..reach.x + reach.width).contains(&x) && (reach.y..reach.y + reach.height).contains(&y)
    };
    let member: Vec<bool> = (0..w * h)
        .map(|i| {
            inside(i % w, i / w)
                && through[i] < DARKENED
                && slope[i] < SMOOTH
                && behind.values[i] > 0.012
                && behind.values[i] - now.values[i] > 0.004
        })
        .collect();
    components(&member, w, h)
        .into_iter()
        .filter(|part| part.len() >= LEAST)
        .filter(|part| soft(part, &member, &slope, w, h) >= SOFT_RIM)
        .map(|part| (part.len(), plume(part, &through, w)))
        .filter(|(size, plume)| compact(*size, plume.bounds))
        .max_by_key(|(size, _)| *size)
        .map(|(_, plume)| plume)
}

/// A cloud, not a strip: the shadow under a chassis and the seam of a load are long and thin.
fn compact(size: usize, bounds: Rect) -> bool {
    let thin = bounds.width.min(bounds.height);
    let long = bounds.width.max(bounds.height);
    thin >= 8 && long <= 6 * thin && size as f32 >= 0.35 * (bounds.width * bounds.height) as f32
}

/// Mean of 3 x 3.
fn smoothed(values: &[f32], w: usize, h: usize) -> Vec<f32> {
    let mut out = values.to_vec();
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let mut sum = 0.0;
            for row in [y - 1, y, y + 1] {
                sum += values[row * w + x - 1] + values[row * w + x] + values[row * w + x + 1];
            }
            out[y * w + x] = sum / 9.0;
        }
    }
    out
}

/// Size of the change per pixel.
fn slopes(values: &[f32], w: usize, h: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let dx = (values[y * w + x + 1] - values[y * w + x - 1]) / 2.0;
            let dy = (values[(y + 1) * w + x] - values[(y - 1) * w + x]) / 2.0;
            out[y * w + x] = dx.hypot(dy);
        }
    }
    out
}

/// Connected sets of members, four neighbours each.
fn components(member: &[bool], w: usize, h: usize) -> Vec<Vec<usize>> {
    let mut seen = vec![false; member.len()];
    let mut all = Vec::new();
    for start in 0..member.len() {
        if !member[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut at = 0;
        while at < part.len() {
            for next in neighbours(part[at], w, h) {
                if member[next] && !seen[next] {
                    seen[next] = true;
                    part.push(next);
                }
            }
            at += 1;
        }
        all.push(part);
    }
    all
}

fn neighbours(i: usize, w: usize, h: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (i % w, i / w);
    [(x > 0).then(|| i - 1), (x + 1 < w).then(|| i + 1), (y > 0).then(|| i - w), (y + 1 < h).then(|| i + w)]
        .into_iter()
        .flatten()
}

/// Share of the rim's pixels where the transmittance changes slowly.
fn soft(part: &[usize], member: &[bool], slope: &[f32], w: usize, h: usize) -> f32 {
    let (mut rim, mut gentle) = (0_u32, 0_u32);
    for &i in part {
        for next in neighbours(i, w, h) {
            if !member[next] {
                rim += 1;
                gentle += u32::from(slope[next] < SMOOTH);
            }
        }
    }
    gentle as f32 / rim.max(1) as f32
}

/// The thick part is the plume's plateau: of the opacities above 55 % of its 90th percentile, the one that most
/// of its pixels share. Its rim is thinner, and a dark bumper that it touches is fewer pixels.
fn plume(part: Vec<usize>, through: &[f32], w: usize) -> Plume {
    let mut taken: Vec<f32> = part.iter().map(|&i| 1.0 - through[i]).collect();
    taken.sort_by(f32::total_cmp);
    let thick = taken[(taken.len() - 1) * 9 / 10];
    let (mut left, mut right, mut top, mut low) = (usize::MAX, 0, usize::MAX, 0);
    for &i in &part {
        left = left.min(i % w);
        right = right.max(i % w);
        top = top.min(i / w);
        low = low.max(i / w);
    }
    let bounds = Rect::new(left as i32, top as i32, (right - left + 1) as i32, (low - top + 1) as i32);
    let plateau = plateau(&taken, thick);
    let core = part.into_iter().filter(|&i| (1.0 - through[i] - plateau).abs() <= PLATEAU).collect();
    Plume { core, bounds }
}

/// The centre of the fullest window of width 2 [`PLATEAU`] over the sorted values, from 55 % of `thick` up.
fn plateau(taken: &[f32], thick: f32) -> f32 {
    let start = taken.partition_point(|&t| t < 0.55 * thick);
    let upper = &taken[start..];
    let fullest =
        (0..upper.len()).max_by_key(|&i| upper.partition_point(|&t| t <= upper[i] + 2.0 * PLATEAU) - i);
    fullest.map_or(thick, |i| upper[i] + PLATEAU)
}

#[cfg(test)]
mod tests {
    use super::*;

    const W: usize = 160;
    const H: usize = 90;

    fn road() -> Luminance {
        let values = (0..W * H).map(|i| 0.22 + 0.05 * ((i % W) as f32 * 0.3).sin()).collect();
        Luminance { width: W, height: H, values }
    }

    /// A blob of this opacity whose rim is `soft` pixels wide.
    fn darkened(opacity: f32, soft: f32) -> Luminance {
        let mut picture = road();
        for i in 0..W * H {
            let away = ((i % W) as f32 - 80.0).hypot((i / W) as f32 - 45.0);
            let alpha = opacity * ((24.0 + soft - away) / soft).clamp(0.0, 1.0);
            picture.values[i] *= 1.0 - alpha;
        }
        picture
    }

    #[test]
    fn a_soft_blob_is_a_plume_and_a_hard_one_is_not() {
        let near = Rect::new(60, 30, 50, 40);
        let plume = find(&darkened(0.4, 12.0), &road(), near).unwrap();
        assert!(plume.core.len() > 300, "{}", plume.core.len());
        assert!(find(&darkened(0.6, 0.4), &road(), near).is_none());
        assert!(find(&road(), &road(), near).is_none());
    }

    #[test]
    fn a_blob_far_from_the_vehicle_is_not_its_plume() {
        assert!(find(&darkened(0.4, 12.0), &road(), Rect::new(0, 0, 12, 8)).is_none());
    }
}
