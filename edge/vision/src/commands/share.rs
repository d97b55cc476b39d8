//! Shares of a whole with their intervals, and text for a page: what every evaluation prints.

/// `part` of `whole` as percent, with its Wilson interval of 95 %.
pub fn share(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let (low, high) = wilson(part, whole);
    let percent = 100.0 * f64::from(part) / f64::from(whole);
    format!("{percent:.1} % ({:.1}-{:.1})", 100.0 * low, 100.0 * high)
}

/// The Wilson interval of 95 % (z = 1.96).
pub(crate) fn wilson(part: u32, whole: u32) -> (f64, f64) {
    let (n, z) = (f64::from(whole), 1.96_f64);
    let p = f64::from(part) / n;
    let middle = p + z * z / (2.0 * n);
    let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let under = 1.0 + z * z / n;
    (((middle - reach) / under).max(0.0), ((middle + reach) / under).min(1.0))
}

/// Text that is no markup.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        let (low, high) = wilson(97, 100);
        assert!((low - 0.9155).abs() < 0.001 && (high - 0.9897).abs() < 0.001, "{low} {high}");
        assert_eq!(share(0, 0), "-");
    }
}
