//! Numbers and marks on a grid of pixels, and the few operations that finding smoke needs of them.

/// A rectangle of numbers.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A rectangle of marks.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) set: Vec<bool>,
}

impl Plane {
    pub(super) fn from_fn(width: usize, height: usize, value: impl FnMut(usize) -> f32) -> Self {
        Self { width, height, values: (0..width * height).map(value).collect() }
    }

    /// Mean over a square of `2 * reach + 1` pixels, cut off at the rim.
    pub(super) fn blurred(&self, reach: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let mut across = vec![0.0_f32; w * h];
        for (row, out) in self.values.chunks_exact(w.max(1)).zip(across.chunks_exact_mut(w.max(1))) {
            let mut sum: f32 = row[..reach.min(w)].iter().sum();
            let mut count = reach.min(w) as f32;
            for x in 0..w {
                if x + reach < w {
                    sum += row[x + reach];
                    count += 1.0;
                }
                if x > reach {
                    sum -= row[x - reach - 1];
                    count -= 1.0;
                }
                out[x] = sum / count;
            }
        }
        let mut values = vec![0.0_f32; w * h];
        let mut sums = vec![0.0_f32; w];
        let mut count = 0.0_f32;
        for y in 0..h + reach {
            if y < h {
                for (sum, v) in sums.iter_mut().zip(&across[y * w..(y + 1) * w]) {
                    *sum += v;
                }
                count += 1.0;
            }
            if y > 2 * reach {
                let old = y - 2 * reach - 1;
                for (sum, v) in sums.iter_mut().zip(&across[old * w..(old + 1) * w]) {
                    *sum -= v;
                }
                count -= 1.0;
            }
            if y >= reach {
                let at = (y - reach) * w;
                for (out, sum) in values[at..at + w].iter_mut().zip(&sums) {
                    *out = sum / count;
                }
            }
        }
        Self { width: w, height: h, values }
    }

    /// Largest and smallest value within a square of `2 * reach + 1` pixels, as their difference.
    pub(super) fn range(&self, reach: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let mut low = self.values.clone();
        let mut high = self.values.clone();
        for y in 0..h {
            let row = &self.values[y * w..(y + 1) * w];
            for x in 0..w {
                let near = &row[x.saturating_sub(reach)..(x + reach + 1).min(w)];
                low[y * w + x] = near.iter().copied().fold(f32::INFINITY, f32::min);
                high[y * w + x] = near.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            }
        }
        let mut values = vec![0.0; w * h];
        let (mut least, mut most) = (vec![0.0_f32; w], vec![0.0_f32; w]);
        for y in 0..h {
            least.fill(f32::INFINITY);
            most.fill(f32::NEG_INFINITY);
            for from in y.saturating_sub(reach)..(y + reach + 1).min(h) {
                for x in 0..w {
                    least[x] = least[x].min(low[from * w + x]);
                    most[x] = most[x].max(high[from * w + x]);
                }
            }
            for x in 0..w {
                values[y * w + x] = most[x] - least[x];
            }
        }
        Self { width: w, height: h, values }
    }

    /// Length of the gradient, per pixel.
    pub(super) fn slope(&self) -> Self {
        let (w, h) = (self.width, self.height);
        Self::from_fn(w, h, |i| {
            let (x, y) = (i % w, i / w);
            let (left, right) = (x.saturating_sub(1), (x + 1).min(w - 1));
            let (up, down) = (y.saturating_sub(1), (y + 1).min(h - 1));
            let dx = self.values[y * w + right] - self.values[y * w + left];
            let dy = self.values[down * w + x] - self.values[up * w + x];
            (dx / (right - left).max(1) as f32).hypot(dy / (down - up).max(1) as f32)
        })
    }
}

impl Marks {
    pub(super) fn from_fn(width: usize, height: usize, set: impl FnMut(usize) -> bool) -> Self {
        Self { width, height, set: (0..width * height).map(set).collect() }
    }

    /// Marks everything within a square of `2 * reach + 1` pixels around a mark.
    pub(super) fn grown(&self, reach: usize) -> Self {
        if reach == 0 {
            return self.clone();
        }
        let near =
            Plane::from_fn(self.width, self.height, |i| f32::from(u8::from(self.set[i]))).blurred(reach);
        // Of the square's pixels at least one is marked; half of one's share stands above all rounding.
        let one = 0.5 / ((2 * reach + 1) * (2 * reach + 1)) as f32;
        Self::from_fn(self.width, self.height, |i| near.values[i] > one)
    }

    /// Where at least `share` of the square of `2 * reach + 1` pixels is marked.
    pub(super) fn dense(&self, reach: usize, share: f32) -> Self {
        let near =
            Plane::from_fn(self.width, self.height, |i| f32::from(u8::from(self.set[i]))).blurred(reach);
        Self::from_fn(self.width, self.height, |i| near.values[i] >= share)
    }

    pub(super) fn count(&self) -> usize {
        self.set.iter().filter(|set| **set).count()
    }

    /// Connected sets of at least `least` marks, four neighbours each.
    pub(super) fn parts(&self, least: usize) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.set.len()];
        let mut all = Vec::new();
        for start in 0..self.set.len() {
            if !self.set[start] || seen[start] {
                continue;
            }
            seen[start] = true;
            let mut part = vec![start];
            let mut at = 0;
            while at < part.len() {
                for next in neighbours(part[at], self.width, self.height) {
                    if self.set[next] && !seen[next] {
                        seen[next] = true;
                        part.push(next);
                    }
                }
                at += 1;
            }
            if part.len() >= least {
                all.push(part);
            }
        }
        all
    }

    /// The marks, and what they close in, alone or together with the rectangle's rim, of which less than `open` is `clear`.
    pub(super) fn closed_in(&self, clear: &Self, open: f32) -> Self {
        let mut all = self.clone();
        for part in Self::from_fn(self.width, self.height, |at| !self.set[at]).parts(1) {
            let free = part.iter().filter(|at| clear.set[**at]).count();
            if (free as f32) < open * part.len() as f32 {
                part.iter().for_each(|at| all.set[*at] = true);
            }
        }
        all
    }

    /// Everything that has marks to its left and right and above and below: the outline filled, roughly.
    pub(super) fn filled(&self) -> Self {
        let (w, h) = (self.width, self.height);
        let (mut rows, mut columns) = (vec![(usize::MAX, 0); h], vec![(usize::MAX, 0); w]);
        for at in (0..w * h).filter(|at| self.set[*at]) {
            let (x, y) = (at % w, at / w);
            rows[y] = (rows[y].0.min(x), rows[y].1.max(x));
            columns[x] = (columns[x].0.min(y), columns[x].1.max(y));
        }
        Self::from_fn(w, h, |at| {
            let (x, y) = (at % w, at / w);
            (rows[y].0..=rows[y].1).contains(&x) && (columns[x].0..=columns[x].1).contains(&y)
        })
    }
}

/// The four neighbours of a pixel, as far as there are.
pub(super) fn neighbours(i: usize, w: usize, h: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (i % w, i / w);
    [(x > 0).then(|| i - 1), (x + 1 < w).then(|| i + 1), (y > 0).then(|| i - w), (y + 1 < h).then(|| i + w)]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_what_is_even_and_spreads_a_point() {
        let even = Plane::from_fn(7, 5, |_| 3.0).blurred(2);
        assert!(even.values.iter().all(|v| (v - 3.0).abs() < 1e-5));
        let point = Plane::from_fn(9, 9, |i| f32::from(u8::from(i == 40))).blurred(1);
        assert!((point.values[40] - 1.0 / 9.0).abs() < 1e-6 && (point.values[30] - 1.0 / 9.0).abs() < 1e-6);
        assert!(point.values[38].abs() < 1e-6);
    }

    #[test]
    fn parts_are_counted_apart_and_an_outline_is_filled() {
        let ring = Marks::from_fn(8, 8, |i| {
            let (x, y) = (i % 8, i / 8);
            (1..6).contains(&x) && (1..6).contains(&y) && !((2..5).contains(&x) && (2..5).contains(&y))
        });
        assert_eq!(ring.parts(1).len(), 1);
        assert_eq!(ring.filled().count(), 25);
        // All of 7 x 7 but the middle of the hole, which is two away from the ring.
        assert_eq!(ring.grown(1).count(), 48);
    }

    #[test]
    fn the_smallest_planes_do_not_panic() {
        for (w, h) in [(1, 1), (1, 9), (9, 1), (2, 2)] {
            let plane = Plane::from_fn(w, h, |i| i as f32);
            let (blurred, range, slope) = (plane.blurred(3), plane.range(4), plane.slope());
            assert_eq!([blurred.values.len(), range.values.len(), slope.values.len()], [w * h; 3]);
        }
    }
}
