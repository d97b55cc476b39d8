//! What held from a day until another: plates on vehicles, vehicles in fleets.

use jiff::civil::{Date, date};

/// Since when something holds whose beginning nobody knows: before every record.
pub const SINCE_UNKNOWN: Date = date(1900, 1, 1);

/// Something that holds on every day with `from` ≤ day < `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span<V> {
    /// The first day.
    pub from: Date,
    /// The first day on which it holds no more; none while no end is known.
    pub until: Option<Date>,
    /// What holds.
    pub value: V,
}

impl<V> Span<V> {
    /// Does it hold on this day?
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// What holds on a day; of spans that keep apart there is one at most.
pub fn on<V>(spans: &[Span<V>], day: Date) -> Option<&Span<V>> {
    spans.iter().find(|span| span.holds(day))
}

/// Learns that `value` holds from a day on. What held on that day ends there; what is known to begin later stays, and
/// bounds it. Spans that keep apart and stand in order stay so; the same word again changes nothing.
pub fn assume<V: PartialEq>(spans: &mut Vec<Span<V>>, value: V, from: Date) {
    if on(spans, from).is_some_and(|held| held.value == value) {
        return;
    }
    end(spans, from);
    let until = spans.iter().map(|span| span.from).filter(|&begins| begins > from).min();
    spans.push(Span { from, until, value });
    join(spans);
}

/// What holds on a day ends there, as if it had not held on that day any more.
pub fn end<V: PartialEq>(spans: &mut Vec<Span<V>>, day: Date) {
    spans.retain_mut(|span| {
        if span.holds(day) {
            span.until = Some(day);
        }
        span.until.is_none_or(|until| span.from < until)
    });
}

/// Nothing of `value` holds from `day` on.
pub fn forget_from<V: PartialEq>(spans: &mut Vec<Span<V>>, day: Date) {
    spans.retain_mut(|span| {
        if span.holds(day) {
            span.until = Some(day);
        }
        span.from < day && span.until.is_none_or(|until| span.from < until)
    });
}

/// Puts spans in order, and makes one of two that say the same and touch.
fn join<V: PartialEq>(spans: &mut Vec<Span<V>>) {
    spans.sort_by_key(|span| span.from);
    let mut at = 1;
    while at < spans.len() {
        let touches = spans[at - 1].until == Some(spans[at].from) && spans[at - 1].value == spans[at].value;
        if touches {
            spans[at - 1].until = spans[at].until;
            spans.remove(at);
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use proptest::prelude::*;

    const FIRST: Date = date(2026, 1, 1);

    fn day(n: i64) -> Date {
        FIRST.checked_add(n.days()).unwrap()
    }

    /// The same told day by day, the slow way.
    fn model(days: &[Option<u8>], value: u8, from: usize, starts: &[usize]) -> Vec<Option<u8>> {
        let next = starts.iter().copied().filter(|&start| start > from).min().unwrap_or(days.len());
        days.iter()
            .enumerate()
            .map(|(n, &held)| if (from..next).contains(&n) { Some(value) } else { held })
            .collect()
    }

    fn told(spans: &[Span<u8>], days: usize) -> Vec<Option<u8>> {
        (0..days).map(|n| on(spans, day(n as i64)).map(|span| span.value)).collect()
    }

    proptest! {
        /// Whatever is learned in whatever order: spans keep apart and in order, each day has what was last learned
        /// of it, and learning the same again changes nothing.
        #[test]
        fn spans_hold_what_was_learned(words in proptest::collection::vec((0u8..4, 0usize..20), 0..14)) {
            let mut spans = Vec::new();
            for (value, from) in words {
                let before = told(&spans, 30);
                let held = before[from];
                let starts: Vec<usize> = spans
                    .iter()
                    .map(|span: &Span<u8>| (span.from - FIRST).get_days() as usize)
                    .collect();
                assume(&mut spans, value, day(from as i64));
                let wanted = if held == Some(value) { before } else { model(&before, value, from, &starts) };
                prop_assert_eq!(told(&spans, 30), wanted);
                let once = spans.clone();
                assume(&mut spans, value, day(from as i64));
                prop_assert_eq!(&spans, &once);
                for pair in spans.windows(2) {
                    prop_assert!(pair[0].until.is_some_and(|until| until <= pair[1].from));
                }
                for span in &spans {
                    prop_assert!(span.until.is_none_or(|until| span.from < until));
                }
            }
        }

        #[test]
        fn an_end_ends_that_day_alone(from in 0i64..10, length in 1i64..10, at in 0i64..25) {
            let whole = Span { from: day(from), until: Some(day(from + length)), value: 1u8 };
            let mut spans = vec![whole];
            end(&mut spans, day(at));
            for n in 0..30 {
                let wanted = whole.holds(day(n)) && !(whole.holds(day(at)) && n >= at);
                prop_assert_eq!(on(&spans, day(n)).is_some(), wanted);
            }
            let mut later = vec![whole];
            forget_from(&mut later, day(at));
            prop_assert!((0..30).all(|n| on(&later, day(n)).is_some() == (whole.holds(day(n)) && n < at)));
        }
    }
}
